import '../test/relaxed.ts';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { compile, moduleOf, variants } from '../scripts/asc.mjs';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.each(variants)('the %s binary', async (variant) => {
  const binary = await compile(variant);
  const module = new WebAssembly.Module(new Uint8Array(binary));

  it('is built to the same bytes every time', async () => {
    expect(sha256(await compile(variant))).toBe(sha256(binary));
  });

  it('is the one in src/binaries: if not, run the build', async () => {
    const file = new URL(`./binaries/${variant}.ts`, import.meta.url);
    expect(moduleOf(binary) === (await readFile(file, 'utf8'))).toBe(true);
  });

  it('imports a memory and nothing else, and holds no data', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(names).not.toContain('memory');
    const memory = new WebAssembly.Memory({ initial: 1 });
    new WebAssembly.Instance(module, { env: { memory } });
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  });

  it('uses fused multiply-adds if and only if it is the relaxed one', () => {
    const madd = String.fromCharCode(0xfd, 0x85, 0x02);
    expect(String.fromCharCode(...binary).includes(madd)).toBe(variant === 'relaxed');
  });

  it('stays under 20 KB', () => {
    expect(binary.length).toBeLessThan(20_000);
  });
});

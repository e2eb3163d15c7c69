import '../test/relaxed.ts';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { binaries, compile, moduleOf } from '../scripts/asc.mjs';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.each(Object.entries(binaries))('the %s binary', async (name, { variant, entry }) => {
  const binary = await compile(variant, entry);
  const module = new WebAssembly.Module(new Uint8Array(binary));

  it('is built to the same bytes every time', async () => {
    expect(sha256(await compile(variant, entry))).toBe(sha256(binary));
  });

  it('is the one in src/binaries: if not, run the build', async () => {
    const file = new URL(`./binaries/${name}.ts`, import.meta.url);
    expect(moduleOf(binary) === (await readFile(file, 'utf8'))).toBe(true);
  });

  it('imports a memory and nothing else, and holds no data', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
    const exported = WebAssembly.Module.exports(module).map((one) => one.name);
    expect(exported).not.toContain('memory');
    const memory = new WebAssembly.Memory({ initial: 1 });
    new WebAssembly.Instance(module, { env: { memory } });
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  });

  it('uses fused multiply-adds if and only if it is the relaxed one', () => {
    const madd = String.fromCharCode(0xfd, 0x85, 0x02);
    expect(String.fromCharCode(...binary).includes(madd)).toBe(variant === 'relaxed');
  });

  it('stays under 20 KB, and is as large as README.md says', async () => {
    expect(binary.length).toBeLessThan(20_000);
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const told =
      {
        population: /binary of its own, of (\d+) KB/,
        'least-squares': /least-squares`, of (\d+) KB/,
      }[name] ?? /Two binaries of (\d+) KB/;
    expect(Number(told.exec(readme)?.[1])).toBe(Math.round(binary.length / 1000));
  });
});

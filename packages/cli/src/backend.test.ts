import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '@softmoe/lab';
import { expect, it } from 'vitest';
import { softmoe } from '../test/softmoe.ts';
import { backendNameOf, openBackend } from './backend.ts';

const exact = parseConfig({});
const online = parseConfig({ engine: 'online' });

it('computes online runs on the fused kernels by default, relaxed where Node can', async () => {
  const backend = await openBackend(online);
  expect(backend.info).toMatchObject({ name: 'tfjs-wasm', kernels: 'fused', simd: 'relaxed' });
  backend.dispose();
});

it.each([
  ['wasm', 'tfjs-wasm'],
  ['wasm-simd', 'tfjs-wasm'],
  ['wasm-relaxed', 'tfjs-wasm'],
  ['cpu', 'tfjs-cpu'],
  ['reference', 'reference'],
] as const)('opens --backend %s', async (name, opened) => {
  const backend = await openBackend(online, name);
  expect(backend.info.name).toBe(opened);
  if (name !== 'wasm') expect(backendNameOf(backend.info)).toBe(name);
  backend.dispose();
});

it('needs no backend for the exact engine, and says so to who names one', async () => {
  expect((await openBackend(exact)).info.name).toBe('reference');
  const { code, stderr } = await softmoe('run', 'quick', '--backend', 'cpu');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^ConfigError: backend: has no effect.*--engine online/);
});

it('refuses an unknown backend', async () => {
  const { code, stderr } = await softmoe('run', 'quick', '--engine', 'online', '--backend', 'gpu');
  expect(code).toBe(2);
  expect(stderr).toMatch(/wasm, wasm-simd, wasm-relaxed, cpu, reference/);
});

it('softmoe doctor has a line for everything', async () => {
  const { code, stdout } = await softmoe('doctor');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Node v\d+/);
  expect(stdout.match(/^✔ {2}[A-Z].*\.$/gm)).toHaveLength(7);
  expect(stdout).not.toMatch(/✘|undefined/);
});

it('softmoe doctor --json prints the same as data', async () => {
  const { stdout } = await softmoe('doctor', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    node: process.version,
    tfjs: '4.22.0',
    memory: 'zero-copy',
    backend: { kernels: 'fused' },
    variant: { population: 'float64-simd' },
  });
});

it.each([
  ['exact', false],
  ['online', true],
])('loads TensorFlow.js for the online engine only: %s', (engine, loaded) => {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const short = ['--engine', engine, '--train-time', '0.2', '--train-batch-size', '64', '--quiet'];
  const script = `
    process.argv.push('softmoe', 'run', 'quick', ...${JSON.stringify(short)});
    await import(${JSON.stringify(main)});
    process.stdout.write('\\n' + Boolean(globalThis._tfGlobals));
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(stdout).toMatch(new RegExp(`A teacher of 3[\\s\\S]*\\n${loaded}$`));
});

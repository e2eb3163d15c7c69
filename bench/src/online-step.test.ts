import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('online-step.js', import.meta.url));
const everywhere = [
  ...['softmoe simd', 'softmoe relaxed', 'its kernels, simd', 'its kernels, relaxed'],
  ...['tfjs wasm, plain', 'tfjs wasm, fast path'],
];
const python = { torch: 'PyTorch, 1 thread', numpy: 'NumPy, 1 thread' };

it('runs short with every peer right, and prints and saves a row for each', async () => {
  const file = join(tmpdir(), `softmoe-bench-${process.pid}.json`);
  const run = spawnSync(process.execPath, [script, '--short', '--json', file], {
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  const here = Object.entries(python)
    .filter(([module]) => !run.stdout.includes(`No ${module} here`))
    .map(([, name]) => name);
  const independent = [...everywhere, 'tfjs cpu', 'jax-js wasm', ...here];
  const softmax = [...everywhere, ...here.filter((name) => name.startsWith('PyTorch'))];
  const sections = JSON.parse(await readFile(file, 'utf8'));
  await rm(file);
  expect(sections.map(({ title }: { title: string }) => title)).toEqual([
    'Online step',
    'Loss and gradient on given data',
    'Online step, softmax routing',
  ]);
  [independent, independent, softmax].forEach((names, i) => {
    const { title, errors, times } = sections[i];
    expect(Object.keys(errors)).toEqual(names);
    const table = run.stdout.split(`\n${title}: milliseconds\n`)[1]?.split('\n\n')[0];
    for (const name of names) {
      expect(table).toContain(`  ${name}  `);
      expect(times[name].milliseconds).toBeGreaterThan(0);
      expect(errors[name]).toBeLessThan(1e-3);
    }
  });
});

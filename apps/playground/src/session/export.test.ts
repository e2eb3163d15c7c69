import { createReferenceBackend } from '@softmoe/backend';
import { createKernelsBackend } from '@softmoe/backend-tfjs/kernels';
import { parseConfig, runPipeline } from '@softmoe/lab';
import { expect, it, vi } from 'vitest';
import { asCode, exportName } from './export.ts';

/** Runs a module's text with what it imports given. */
async function run(code: string, given: Readonly<Record<string, unknown>>): Promise<void> {
  const body = code.replace(/^import .*$/gm, '').replace(/^\/\/.*$/m, '');
  const AsyncFunction = (async () => undefined).constructor as new (
    ...text: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction(...Object.keys(given), body)(...Object.values(given));
}

it('copies a run as code that runs it', async () => {
  const config = parseConfig({
    inputDim: 16,
    teachers: 2,
    students: 6,
    seed: 2,
    train: { time: 90 },
  });
  const code = asCode(config, 'relaxed');
  expect(code).toMatch(/^import \{ runPipeline \} from '@softmoe\/lab';$/m);
  const log = vi.fn();
  await run(code, { runPipeline, console: { log } });
  const { recovered, certificate } = await runPipeline(config);
  expect(log).toHaveBeenNthCalledWith(1, `${recovered} of 2 teacher experts recovered`);
  expect(log).toHaveBeenNthCalledWith(3, `certificate: ${certificate.verdict}`);
});

it('hands a sampled run its backend', async () => {
  const config = parseConfig({
    inputDim: 8,
    teachers: 2,
    students: 4,
    routing: 'softmax',
    train: { time: 1, batchSize: 256 },
    finetune: { maxSteps: 20, sampleSize: 256 },
  });
  const code = asCode(config, 'float64');
  expect(code).toMatch(/^import \{ createReferenceBackend \} from '@softmoe\/backend';$/m);
  const log = vi.fn();
  await run(code, { runPipeline, createReferenceBackend, console: { log } });
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/^\d of 2 teacher experts recovered$/));
});

it('hands a sampled run the kernels that the page used, and the same numbers', async () => {
  const config = parseConfig({
    inputDim: 8,
    teachers: 2,
    students: 4,
    engine: 'online',
    train: { time: 1, batchSize: 256 },
    finetune: { maxSteps: 20, onlineSteps: 5 },
  });
  const code = asCode(config, 'simd');
  expect(code).toMatch(/^\/\/ npm install @softmoe\/lab @softmoe\/backend-tfjs$/m);
  expect(code).toMatch(
    /^import \{ createKernelsBackend \} from '@softmoe\/backend-tfjs\/kernels';$/m,
  );
  expect(code).not.toMatch(/Reference/);
  const found = vi.fn(runPipeline);
  await run(code, { runPipeline: found, createKernelsBackend, console: { log: vi.fn() } });
  expect(found.mock.calls[0]?.[1]?.backend?.info).toMatchObject({ name: 'kernels', simd: 'simd' });
  const backend = await createKernelsBackend({ variant: 'simd' });
  const told = await found.mock.results[0]?.value;
  expect(told.loss).toEqual((await runPipeline(config, { backend })).loss);
});

it('names files after the run', () => {
  expect(exportName(parseConfig({ seed: 3 }), 'config.json')).toBe(
    'softmoe-d1000-k5-m25-seed3-config.json',
  );
});

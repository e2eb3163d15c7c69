import type { BackendInfo } from '@softmoe/backend';
import { presetConfig } from '@softmoe/lab';
import { expect, it } from 'vitest';
import { backendWords, computingOf, runsOnWords } from './computing.ts';
import type { Session } from './session.svelte.ts';

const tfjs: BackendInfo = {
  name: 'tfjs-wasm',
  precision: 'float32',
  simd: 'relaxed',
  threads: 1,
  kernels: 'fused',
};

/** What a chip reads of a session. */
function session(given: Partial<Session>): Session {
  return { rate: 0, starting: false, ...given } as Session;
}

const exact = session({
  config: presetConfig('quick', { variant: 'float64-simd' }),
  runsOn: { backend: undefined, kernel: undefined, sentence: 'The exact loss runs here.' },
  rate: 95.4,
});
const online = session({
  config: presetConfig('quick', { engine: 'online', train: { batchSize: 2048 } }),
  runsOn: { backend: tfjs, kernel: 'relaxed', sentence: 'Sampling runs here.' },
  rate: 200,
});

it('tells what samples, of the run beside an exact one too, in samples a second', () => {
  const told = {
    name: 'TensorFlow.js wasm',
    kind: 'relaxed SIMD',
    precision: 'float32',
    speed: '410K samples/s',
  };
  expect(computingOf(online, undefined)).toEqual(told);
  expect(computingOf(exact, online)).toEqual(told);
});

it('tells of the exact engine where nothing samples, and that TensorFlow.js is starting while it is', () => {
  expect(computingOf(exact, undefined)).toEqual({
    name: 'exact engine',
    kind: 'SIMD',
    precision: 'float64',
    speed: '95 steps/s',
  });
  const plain = session({ ...exact, config: presetConfig('quick', { variant: 'float64' }) });
  expect(computingOf(plain, undefined)?.kind).toBe('JavaScript');
  expect(computingOf(exact, session({ starting: true }))).toMatchObject({
    name: 'TensorFlow.js',
    kind: 'is starting',
  });
  expect(computingOf(session({}), undefined)).toBeUndefined();
});

it('says nothing of a speed that has not been measured', () => {
  expect(computingOf(session({ ...online, rate: 0 }), undefined)?.speed).toBe('');
  expect(runsOnWords(session({ ...exact, rate: 0 }))).toBe(
    'Runs on: the exact engine, float64-simd, in a web worker. The exact loss runs here.',
  );
});

it('names a backend by its own report', () => {
  expect(backendWords({ ...tfjs, name: 'reference', simd: 'none', precision: 'float64' })).toEqual({
    name: 'JavaScript',
    kind: 'no SIMD',
    precision: 'float64',
  });
  expect(runsOnWords(online)).toContain(
    'online SGD on the tfjs-wasm backend, float32, SIMD relaxed',
  );
});

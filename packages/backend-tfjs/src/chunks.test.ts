import { forward, lossAndGradient, paramEntries, units } from '@softmoe/model';
import { createStudent, sampleBatch } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { chunksOf } from './chunks.ts';
import { createTfjsBackend, type TfjsBackendOptions } from './index.ts';

const student = createStudent({
  inputDim: 300,
  experts: 2,
  gate: 'tanh',
  expert: { kind: 'tanh' },
  amplitude: 1,
  seed: 1,
});
const batch = sampleBatch(student, { seed: 0, stream: 'chunks', step: 0, size: 7001, noise: 1 });

it.each([
  [1, 1],
  [63, 7],
  [7001, 300],
  [10, 2 ** 21],
])('%i points in %i dimensions are covered once, in parts of whole blocks', (size, inputDim) => {
  const chunks = chunksOf({ ...student.spec, inputDim }, size);
  let next = 0;
  for (const { start, rows } of chunks) {
    expect(start).toBe(next);
    expect(start % 64).toBe(0);
    expect(rows).toBeGreaterThan(0);
    next += rows;
  }
  expect(next).toBe(size);
});

describe.each<TfjsBackendOptions>([{ variant: 'simd' }, { kernels: 'composed' }])(
  'a batch of several parts, %o',
  (options) => {
    it('gives what it gives in one', async () => {
      expect(chunksOf(student.spec, batch.size).length).toBeGreaterThan(2);
      const backend = await createTfjsBackend('wasm', options);
      const { loss, gradient } = await backend.lossAndGradient(student, batch);
      const expected = lossAndGradient(student, batch.inputs, batch.targets, batch.size);
      expect(loss / expected.loss).toBeCloseTo(1, 5);
      for (const [name, { data }] of paramEntries(expected.gradient)) {
        data.forEach((g, i) => {
          expect(gradient[name]?.data[i]).toBeCloseTo(g, 6);
        });
      }
      const outputs = await backend.predict(student, batch.inputs, batch.size);
      const each = await backend.units(student, batch.inputs, batch.size);
      const worst = (a: Float64Array, b: Float64Array) =>
        a.reduce((max, x, i) => Math.max(max, Math.abs(x - b[i]!)), 0);
      expect(worst(outputs, forward(student, batch.inputs, batch.size))).toBeLessThan(1e-5);
      expect(worst(each, units(student, batch.inputs, batch.size))).toBeLessThan(1e-5);
      backend.dispose();
    });
  },
);

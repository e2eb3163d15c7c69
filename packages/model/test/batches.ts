import fc from 'fast-check';
import { expect } from 'vitest';
import { createMoE, type MoE, type NDArray, ndarray, normaliseRows } from '../src/index.ts';
import { array, moe } from './arbitraries.ts';

/** Numbers with no special values. */
export const wave = (length: number, frequency: number): Float64Array =>
  Float64Array.from({ length }, (_, k) => 1.5 * Math.sin(frequency * (k + 1) ** 2));

/** A model of four units in five dimensions, and inputs to match. */
export const plain: MoE = createMoE(
  {
    inputDim: 5,
    experts: 4,
    gate: 'sigmoid',
    expert: { kind: 'series', coefficients: [0.3, -0.2, 0.5, 1] },
    routing: 'independent',
  },
  {
    router: normaliseRows(ndarray([4, 5], wave(20, 1.1))),
    expert: normaliseRows(ndarray([4, 5], wave(20, 1.9))),
    amplitude: ndarray([4], wave(4, 2.3)),
  },
);

/** The units of {@link plain} under softmax routing. */
export const shared: MoE = createMoE(
  { ...plain.spec, routing: 'softmax' },
  {
    ...plain.params,
    router: ndarray([4, 5], wave(20, 0.7)),
    routerBias: ndarray([4], wave(4, 3.1)),
  },
);

/** A model with a batch: inputs [size, d] and targets [size]. */
export function problem(maxSize: number): fc.Arbitrary<{ model: MoE; x: NDArray; y: NDArray }> {
  return fc.tuple(moe(), fc.integer({ min: 1, max: maxSize })).chain(([model, size]) =>
    fc.record({
      model: fc.constant(model),
      x: array([size, model.spec.inputDim]),
      y: array([size]),
    }),
  );
}

export const sizeOfBatch = ({ x }: { x: NDArray }): number => x.shape[0] ?? 0;

/** Equal to rounding, relative to the largest entry. */
export function expectNear(actual: Float64Array, expected: Float64Array): void {
  const scale = expected.reduce((max, v) => Math.max(max, Math.abs(v)), 1);
  actual.forEach((v, k) => {
    expect(Math.abs(v - expected[k]!)).toBeLessThan(1e-10 * scale);
  });
}

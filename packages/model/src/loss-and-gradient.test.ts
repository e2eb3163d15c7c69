import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moe, number } from '../test/arbitraries.ts';
import { expectNear, plain, problem, shared, sizeOfBatch, wave } from '../test/batches.ts';
import { derivative } from '../test/calculus.ts';
import { expertOf } from './expert.ts';
import { forward, lossAndGradient } from './forward.ts';
import { rowProducts } from './linalg/rows.ts';
import { param, parameterLayout } from './moe.ts';
import type { NDArray } from './ndarray.ts';
import type { MoE } from './spec.ts';

describe('lossAndGradient', () => {
  it('has half the mean squared error as its loss', () => {
    fc.assert(
      fc.property(problem(9), (p) => {
        const size = sizeOfBatch(p);
        const f = forward(p.model, p.x.data, size);
        const mean = f.reduce((sum, fs, s) => sum + (fs - p.y.data[s]!) ** 2, 0) / size;
        const { loss } = lossAndGradient(p.model, p.x.data, p.y.data, size);
        expect(Math.abs(loss - mean / 2)).toBeLessThan(1e-12 * (1 + mean));
      }),
    );
  });

  it('has the gradient of that loss, by finite differences in every parameter', () => {
    fc.assert(
      fc.property(problem(3), (p) => {
        const size = sizeOfBatch(p);
        fc.pre(!isNearKink(p));
        const { gradient } = lossAndGradient(p.model, p.x.data, p.y.data, size);
        expect(Object.keys(gradient)).toEqual(Object.keys(parameterLayout(p.model.spec)));
        for (const { name } of Object.values(parameterLayout(p.model.spec))) {
          const { shape, data } = param(gradient, name);
          const point = param(p.model.params, name);
          expect(shape).toEqual(point.shape);
          for (let k = 0; k < data.length; k++) {
            const lossAt = (change: number) => {
              const moved = point.data.slice();
              moved[k] = moved[k]! + change;
              const params = { ...p.model.params, [name]: { shape, data: moved } };
              return lossAndGradient({ ...p.model, params }, p.x.data, p.y.data, size).loss;
            };
            const scale = 1 + Math.abs(data[k]!) + Math.abs(lossAt(0)) + Math.abs(lossAt(0.1));
            expect(Math.abs(derivative(lossAt, 0, 1e-4) - data[k]!)).toBeLessThan(1e-8 * scale);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['independent', plain],
    ['softmax', shared],
  ])('is the mean over the parts of a batch, whatever their sizes: %s', (_, model) => {
    const d = 5;
    const size = 200;
    const x = wave(size * d, 1.3);
    const y = wave(size, 2.1);
    const whole = lossAndGradient(model, x, y, size);
    for (const cut of [1, 3, 64, 65, 127, 199]) {
      const first = lossAndGradient(model, x.subarray(0, cut * d), y.subarray(0, cut), cut);
      const rest = lossAndGradient(model, x.subarray(cut * d), y.subarray(cut), size - cut);
      const mean = (a: number, b: number) => (cut * a + (size - cut) * b) / size;
      expect(mean(first.loss, rest.loss)).toBeCloseTo(whole.loss, 12);
      for (const { name } of Object.values(parameterLayout(model.spec))) {
        const { data } = param(rest.gradient, name);
        const parts = param(first.gradient, name).data.map((a, k) => mean(a, data[k]!));
        expectNear(parts, param(whole.gradient, name).data);
      }
    }
  });

  it('is zero at its own targets', () => {
    fc.assert(
      fc.property(problem(6), ({ model, x }) => {
        const size = sizeOfBatch({ x });
        const { loss, gradient } = lossAndGradient(
          model,
          x.data,
          forward(model, x.data, size),
          size,
        );
        expect(loss).toBe(0);
        for (const { data } of Object.values(gradient)) {
          expect(data.every((g) => g === 0)).toBe(true);
        }
      }),
    );
  });

  it('takes float32 inputs as the same numbers', () => {
    fc.assert(
      fc.property(problem(6), (p) => {
        const [x, y] = [Float32Array.from(p.x.data), Float32Array.from(p.y.data)];
        const size = sizeOfBatch(p);
        const widened = lossAndGradient(p.model, Float64Array.from(x), Float64Array.from(y), size);
        expect(lossAndGradient(p.model, x, y, size)).toEqual(widened);
      }),
    );
  });

  it('stays finite for saturated gates, and leaves its inputs alone', () => {
    fc.assert(
      fc.property(moe(4, 3), fc.constantFrom(-1e3, 1e3), number, (model, scale, target) => {
        const d = model.spec.inputDim;
        const x = Float64Array.from({ length: d }, (_, j) => scale / (j + 1));
        const kept = x.slice();
        const { loss, gradient } = lossAndGradient(model, x, Float64Array.of(target), 1);
        expect(Number.isFinite(loss)).toBe(true);
        for (const { data } of Object.values(gradient)) {
          expect(data.every(Number.isFinite)).toBe(true);
        }
        expect(x).toEqual(kept);
      }),
    );
  });
});

/** Whether a finite difference would meet the kink of a relu. */
function isNearKink({ model, x }: { model: MoE; x: NDArray }): boolean {
  const logits = rowProducts(model.params.expert, x).data;
  return expertOf(model.spec.expert).name === 'relu' && logits.some((z) => Math.abs(z) < 0.01);
}

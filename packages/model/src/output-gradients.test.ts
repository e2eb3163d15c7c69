import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moe } from '../test/arbitraries.ts';
import { forward, lossAndGradient, type MoE, ShapeError } from './index.ts';
import { outputGradients, param, parameterLayout } from './linalg/index.ts';

const size = 7;
const inputsOf = ({ spec }: MoE) =>
  Float64Array.from({ length: size * spec.inputDim }, (_, n) => Math.sin(1.7 * n + 0.3));

describe('outputGradients', () => {
  it('are what lossAndGradient averages, weighted by the residuals', () => {
    fc.assert(
      fc.property(moe(), (model) => {
        const inputs = inputsOf(model);
        const targets = Float64Array.from({ length: size }, (_, s) => 0.4 * s - 1);
        const residuals = forward(model, inputs, size).map((y, s) => y - targets[s]!);
        const jacobian = outputGradients(model, inputs, size);
        const { gradient } = lossAndGradient(model, inputs, targets, size);
        const expected = Object.values(parameterLayout(model.spec)).flatMap(({ name }) => [
          ...param(gradient, name).data,
        ]);
        const columns = jacobian.length / size;
        expect(columns).toBe(expected.length);
        expected.forEach((g, p) => {
          let mean = 0;
          let scale = 1;
          for (let s = 0; s < size; s++) {
            const term = (residuals[s]! * jacobian[s * columns + p]!) / size;
            mean += term;
            scale += Math.abs(term);
          }
          expect(Math.abs(mean - g)).toBeLessThan(1e-12 * scale);
        });
      }),
    );
  });

  it('refuse inputs that do not fit', () => {
    const [model] = fc.sample(moe(), { numRuns: 1, seed: 1 });
    expect(() => outputGradients(model!, new Float64Array(1), size)).toThrow(ShapeError);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { moe } from '../test/arbitraries.ts';
import { retract } from './index.ts';
import {
  addScaled,
  dotParams,
  fromTangentCoordinates,
  mapParams,
  radialDerivatives,
  subtractRadial,
  tangentDim,
  zeros,
} from './linalg/index.ts';

it('is what the spheres add to the second derivatives of a linear function', () => {
  fc.assert(
    fc.property(moe(3, 4), fc.integer({ min: 1, max: 1000 }), (model, seed) => {
      const { spec, params } = model;
      const m = spec.experts;
      const slope = mapParams(params, ({ shape, data }) => ({
        shape,
        data: data.map((_, n) => Math.sin(seed + n)),
      }));
      const dim = tangentDim(spec);
      const [span, complement] = [zeros([dim, dim]), zeros([2 * m, 2 * m])];
      subtractRadial(model, radialDerivatives(model, slope), span, complement);

      const along = Float64Array.from({ length: dim }, (_, i) => Math.cos(seed * i));
      const direction = fromTangentCoordinates(model, along);
      const h = 1e-3;
      const at = (t: number) =>
        dotParams(slope, retract(spec, addScaled(params, t, direction)).params);
      const second = (at(h) - 2 * at(0) + at(-h)) / h ** 2;
      const form = along.reduce((sum, x, i) => sum + x * x * span.data[i * (dim + 1)]!, 0);
      expect(Math.abs(second - form)).toBeLessThan(1e-4 * (1 + Math.abs(form)));

      // One dimension more, in which the linear function has no part: rows turn towards it.
      const widened = { ...spec, inputDim: spec.inputDim + 1 };
      for (let b = 0; b < 2 * m; b++) {
        const name = b < m ? 'router' : 'expert';
        const turned = (t: number) =>
          mapParams(params, ({ shape, data }, key) => {
            if (shape.length < 2) return { shape, data };
            const d = shape[1]!;
            const wide = zeros([m, d + 1]);
            for (let i = 0; i < m; i++)
              wide.data.set(data.subarray(i * d, (i + 1) * d), i * (d + 1));
            if (key === name) wide.data[((b % m) + 1) * (d + 1) - 1] = t;
            return wide;
          });
        const narrow = (t: number) =>
          mapParams(retract(widened, turned(t)).params, ({ shape, data }) => {
            if (shape.length < 2) return { shape, data };
            const wide = shape[1]!;
            return {
              shape: [m, wide - 1],
              data: data.filter((_, n) => n % wide !== wide - 1),
            };
          });
        const value = (t: number) => dotParams(slope, narrow(t));
        const expected = (value(h) - 2 * value(0) + value(-h)) / h ** 2;
        expect(Math.abs(expected - complement.data[b * (2 * m + 1)]!)).toBeLessThan(
          1e-4 * (1 + Math.abs(expected)),
        );
      }
      expect(span.data.every((x, n) => n % (dim + 1) === 0 || x === 0)).toBe(true);
      expect(complement.data.every((x, n) => n % (2 * m + 1) === 0 || x === 0)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { moe } from '../test/arbitraries.ts';
import {
  asParams,
  dot,
  fromTangentCoordinates,
  parameterLayout,
  row,
  tangentDim,
  toTangentMatrix,
  zeros,
} from './linalg/index.ts';

it('gives the quadratic form of tangent vectors in their coordinates', () => {
  fc.assert(
    fc.property(moe(3, 3), fc.integer({ min: 1, max: 1000 }), (model, seed) => {
      const names = Object.keys(parameterLayout(model.spec));
      const size = names.reduce((sum, name) => sum + model.params[name]!.data.length, 0);
      const matrix = zeros([size, size]);
      matrix.data.forEach((_, n) => {
        const [i, j] = [Math.floor(n / size), n % size];
        matrix.data[n] = Math.sin(seed * (1 + i + j)) + (i === j ? 1 : 0);
      });
      const dim = tangentDim(model.spec);
      const coordinates = Float64Array.from({ length: dim }, (_, i) => Math.cos(seed + i));
      const vector = fromTangentCoordinates(model, coordinates);
      const flat = Float64Array.from(names.flatMap((name) => [...vector[name]!.data]));
      const form = (of: typeof matrix, x: Float64Array) =>
        x.reduce((sum, xi, i) => sum + xi * dot(row(of, i), x), 0);
      const inTangent = toTangentMatrix(model, matrix);
      expect(inTangent.shape).toEqual([dim, dim]);
      expect(form(inTangent, coordinates)).toBeCloseTo(form(matrix, flat), 10);
    }),
  );
});

it('sees all parameters in one array, without a copy', () => {
  fc.assert(
    fc.property(moe(3, 3), (model) => {
      const names = Object.keys(parameterLayout(model.spec));
      const flat = Float64Array.from(names.flatMap((name) => [...model.params[name]!.data]));
      const params = asParams(model.spec, flat);
      expect(params).toEqual(model.params);
      expect(params.amplitude!.data.buffer).toBe(flat.buffer);
    }),
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { moe } from '../test/arbitraries.ts';
import type { Params } from './index.ts';
import {
  asParams,
  dot,
  fromTangentCoordinates,
  mapParams,
  row,
  tangentDim,
  tangentReflections,
  toTangentCoordinates,
  toTangentMatrix,
  zeros,
} from './linalg/index.ts';

const flatten = (params: Params) =>
  Float64Array.from(Object.values(params).flatMap(({ data }) => [...data]));

it('gives the quadratic form of tangent vectors in their coordinates', () => {
  fc.assert(
    fc.property(moe(3, 3), fc.integer({ min: 1, max: 1000 }), (model, seed) => {
      const size = flatten(model.params).length;
      const matrix = zeros([size, size]);
      matrix.data.forEach((_, n) => {
        const [i, j] = [Math.floor(n / size), n % size];
        matrix.data[n] = Math.sin(seed * (1 + i + j)) + (i === j ? 1 : 0);
      });
      const dim = tangentDim(model.spec);
      const coordinates = Float64Array.from({ length: dim }, (_, i) => Math.cos(seed + i));
      const vector = fromTangentCoordinates(model, coordinates);
      const flat = flatten(vector);
      const form = (of: typeof matrix, x: Float64Array) =>
        x.reduce((sum, xi, i) => sum + xi * dot(row(of, i), x), 0);
      const inTangent = toTangentMatrix(model, matrix);
      expect(inTangent.shape).toEqual([dim, dim]);
      expect(form(inTangent, coordinates)).toBeCloseTo(form(matrix, flat), 10);
    }),
  );
});

it('has the reflections that tangent coordinates are made by', () => {
  fc.assert(
    fc.property(moe(3, 3), fc.integer({ min: 1, max: 1000 }), (model, seed) => {
      const vector = mapParams(model.params, ({ shape, data }) => ({
        shape,
        data: data.map((_, i) => Math.sin(seed + i * i)),
      }));
      const reflected = tangentReflections(model).flatMap((u, b) => {
        const m = model.spec.experts;
        const y = row(b < m ? vector.router : vector.expert, b % m);
        const along = u ? dot(u, y) : 0;
        return u ? [...y.map((x, j) => x - along * u[j]!)].slice(1) : [...y];
      });
      const coordinates = toTangentCoordinates(model, vector);
      for (const [i, x] of reflected.entries()) expect(coordinates[i]).toBeCloseTo(x, 12);
    }),
  );
});

it('sees all parameters in one array, without a copy', () => {
  fc.assert(
    fc.property(moe(3, 3), (model) => {
      const flat = flatten(model.params);
      const params = asParams(model.spec, flat);
      expect(params).toEqual(model.params);
      expect(params.amplitude.data.buffer).toBe(flat.buffer);
    }),
  );
});

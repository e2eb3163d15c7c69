import fc from 'fast-check';
import { expect, it } from 'vitest';
import { moe } from '../test/arbitraries.ts';
import {
  denseCurvature,
  dot,
  fromTangentCoordinates,
  identity,
  matrixCurvature,
  perCoordinate,
  row,
  spanProduct,
  tangentDim,
  toTangentCoordinates,
  zeros,
} from './linalg/index.ts';

const kinds = ['hessian', 'gaussNewton'] as const;

it('curvature given by its matrices is the same by products, by vectors and by coordinates', () => {
  fc.assert(
    fc.property(moe(3, 4), fc.integer({ min: 1, max: 1000 }), (student, seed) => {
      const dim = tangentDim(student.spec);
      const matrixOf = (phase: number) => {
        const matrix = zeros([dim, dim]);
        matrix.data.forEach((_, n) => {
          matrix.data[n] = Math.sin(seed + phase * (1 + Math.floor(n / dim)) * (1 + (n % dim)));
        });
        return matrix;
      };
      const span = { hessian: matrixOf(1), gaussNewton: matrixOf(2) };
      const complement = { hessian: zeros([0, 0]), gaussNewton: zeros([0, 0]) };
      const basis = identity(student.spec.inputDim);
      const given = matrixCurvature({ student, span, complement, multiplicity: 0, basis });
      expect(given.dimension).toBe(dim);
      expect(denseCurvature(given)).toBe(span);
      const { span: _, ...byProducts } = given;
      const x = Float64Array.from({ length: dim }, (_, i) => Math.cos(seed + i));
      for (const which of kinds) {
        const image = spanProduct(given, which)(x);
        image.forEach((value, i) => {
          expect(value).toBeCloseTo(dot(row(span[which], i), x), 10);
        });
        spanProduct(
          byProducts,
          which,
        )(x).forEach((value, i) => {
          expect(value).toBeCloseTo(image[i]!, 10);
        });
        denseCurvature(byProducts)[which].data.forEach((value, n) => {
          expect(value).toBeCloseTo(span[which].data[n]!, 10);
        });
      }
      const vector = given.apply(fromTangentCoordinates(student, x));
      toTangentCoordinates(student, vector).forEach((value, i) => {
        expect(value).toBeCloseTo(spanProduct(given, 'hessian')(x)[i]!, 10);
      });
    }),
    { numRuns: 30 },
  );
});

it('perCoordinate names the parameter and the unit that each tangent coordinate moves', () => {
  fc.assert(
    fc.property(moe(3, 4), (model) => {
      const names = Object.keys(model.params);
      const codes = perCoordinate(
        model.spec,
        (name, unit) => 100 * (1 + names.indexOf(name)) + unit,
      );
      for (const [i, code] of codes.entries()) {
        const along = new Float64Array(codes.length);
        along[i] = 1;
        const moved = Object.entries(fromTangentCoordinates(model, along)).flatMap(
          ([name, { shape, data }]) =>
            [...data].flatMap((x, at) => {
              const unit = Math.floor(at / (shape[1] ?? 1));
              return Math.abs(x) > 1e-12 ? [100 * (1 + names.indexOf(name)) + unit] : [];
            }),
        );
        expect(new Set(moved)).toEqual(new Set([code]));
      }
    }),
    { numRuns: 30 },
  );
});

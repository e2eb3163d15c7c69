import fc from 'fast-check';
import { expect, it } from 'vitest';
import { moe, number } from '../test/arbitraries.ts';
import { ndarray } from './ndarray.ts';
import { addScaled, copyParams, dotParams, mapParams, normParams, scaleParams } from './params.ts';

const x = { a: ndarray([2], [1, 2]), b: ndarray([1, 1], [3]) };
const y = { a: ndarray([2], [10, 20]), b: ndarray([1, 1], [30]) };

it('maps every array with its name', () => {
  expect(mapParams(x, ({ shape }, name) => ndarray(shape, name === 'a' ? [0, 1] : [2]))).toEqual({
    a: ndarray([2], [0, 1]),
    b: ndarray([1, 1], [2]),
  });
});

it('copies deeply', () => {
  const copy = copyParams(x);
  copy.a!.data[0] = 99;
  expect(x.a.data[0]).toBe(1);
  expect(copy.b).toEqual(x.b);
});

it('adds and scales', () => {
  expect(addScaled(x, 0.5, y)).toEqual({ a: ndarray([2], [6, 12]), b: ndarray([1, 1], [18]) });
  expect(scaleParams(-2, x)).toEqual({ a: ndarray([2], [-2, -4]), b: ndarray([1, 1], [-6]) });
});

it('has the inner product and length of one long vector', () => {
  expect(dotParams(x, y)).toBe(10 + 40 + 90);
  expect(normParams({ a: ndarray([2], [2, 3]), b: ndarray([1, 1], [6]) })).toBe(7);
});

it('obeys the laws of a vector space', () => {
  fc.assert(
    fc.property(moe(), number, ({ params }, scale) => {
      const sum = addScaled(params, scale, params);
      expect(normParams(addScaled(sum, -1 - scale, params))).toBeLessThan(1e-12);
      const expected = scale * dotParams(params, params);
      expect(dotParams(scaleParams(scale, params), params)).toBeCloseTo(expected, 10);
    }),
  );
});

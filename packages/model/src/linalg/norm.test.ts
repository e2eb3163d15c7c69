import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { norm, normAt, rescaleAt, rootOfProduct, rootOfSquares, scaleOf } from './norm.ts';
import { dot } from './vectors.ts';

/** Numbers of every size that float64 has, zeros and subnormal ones among them. */
const number = fc
  .tuple(fc.double({ min: -9.99, max: 9.99, noNaN: true }), fc.integer({ min: -320, max: 308 }))
  .map(([x, exponent]) => x * 10 ** (exponent / 2) * 10 ** (exponent / 2));
const vector = fc.array(number.filter(Number.isFinite), { minLength: 1, maxLength: 9 });
/** A vector all of whose numbers are of one size. */
const even = fc
  .tuple(
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }),
    fc.integer({ min: -1070, max: 1020 }),
  )
  .map(([xs, exponent]) => xs.map((x) => x * 2 ** (exponent / 2) * 2 ** (exponent / 2)));

/** The length by scaling with the largest number, and within it by whole numbers where those are subnormal. */
function reference(xs: readonly number[]): number {
  const most = Math.max(...xs.map(Math.abs));
  if (most === 0) return 0;
  const up = most < 1 ? 2 ** 1000 : 1;
  const scaled = xs.map((x) => (x * up) / (most * up));
  return Math.sqrt(scaled.reduce((sum, x) => sum + x * x, 0)) * most;
}

describe('norm', () => {
  it('is the Euclidean length', () => {
    expect(norm([2, -3, 6])).toBe(7);
    expect(norm([])).toBe(0);
    expect(normAt([9, 2, -3, 6, 9], 1, 3)).toBe(7);
  });

  it('is right where squares underflow and where they overflow', () => {
    expect(norm([1e-162, 2e-162, 2e-162])).toBeCloseTo(3e-162, 175);
    expect(norm([3e200, 4e200]) / 5e200).toBeCloseTo(1, 15);
    expect(norm([3 * 5e-324, 4 * 5e-324])).toBe(5 * 5e-324);
    expect(norm([1.7e308, 1.7e308])).toBe(Infinity);
    expect(norm([-Infinity, 1])).toBe(Infinity);
    expect(norm([Number.NaN, 1e200])).toBeNaN();
  });

  it('is right to rounding at every scale', () => {
    fc.assert(
      fc.property(fc.oneof(vector, even), (xs) => {
        const expected = reference(xs);
        if (expected === Infinity) return;
        expect(Math.abs(norm(xs) - expected)).toBeLessThanOrEqual(4e-15 * expected + 5e-324);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the bits of the plain sum of squares in the ordinary range', () => {
    const ordinary = fc.array(fc.double({ min: -1e100, max: 1e100, noNaN: true }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(ordinary, (xs) => {
        const square = dot(xs, xs);
        if (square < 1e-280 || square > 1e280) return;
        expect(norm(xs)).toBe(Math.sqrt(square));
        expect(scaleOf(xs)).toBe(1);
      }),
    );
  });
});

it('rescaleAt keeps the direction of any vector and makes its length one to divide by', () => {
  fc.assert(
    fc.property(fc.oneof(vector, even), (xs) => {
      const data = Float64Array.from([7, ...xs, 7]);
      const length = rescaleAt(data, 1, xs.length);
      if (xs.every((x) => x === 0)) {
        expect(length).toBe(0);
        return;
      }
      expect(length).toBeGreaterThan(1e-150);
      expect(length).toBeLessThan(1e150);
      const unit = data.subarray(1, -1).map((x) => x / length);
      expect(Math.abs(Math.sqrt(dot(unit, unit)) - 1)).toBeLessThan(1e-15);
      const most = Math.max(...xs.map(Math.abs));
      const largest = xs.findIndex((x) => Math.abs(x) === most);
      xs.forEach((x, i) => {
        // The ratios of subnormal numbers are exact, and so are those of numbers scaled by a power of two.
        expect(unit[i]! / unit[largest]!).toBeCloseTo(x / xs[largest]!, 14);
      });
      expect([data[0], data.at(-1)]).toEqual([7, 7]);
    }),
    { numRuns: 2000 },
  );
});

it('roots of products and of sums of squares are right where those are no float64 numbers', () => {
  expect(rootOfProduct(4, 9)).toBe(6);
  expect(rootOfProduct(1e200, 1e300) / 1e250).toBeCloseTo(1, 14);
  expect(rootOfProduct(1e-200, 1e-300) / 1e-250).toBeCloseTo(1, 14);
  expect(rootOfProduct(0, 3)).toBe(0);
  expect(rootOfSquares(25, () => [])).toBe(5);
  expect(rootOfSquares(Infinity, () => [3e200, 4e200]) / 5e200).toBeCloseTo(1, 14);
  expect(rootOfSquares(0, () => [3e-200, 4e-200]) / 5e-200).toBeCloseTo(1, 14);
});

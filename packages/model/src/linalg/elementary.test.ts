import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exp, expm1, power } from './elementary.ts';

const ulps = (actual: number, expected: number) =>
  Math.abs(actual - expected) / Math.max(Number.MIN_VALUE, Math.abs(expected) * Number.EPSILON);

it('exp is within one unit in the last place of the engine’s own', () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 709, noNaN: true }), (x) => {
      expect(ulps(exp(x), Math.exp(x))).toBeLessThanOrEqual(1);
    }),
    { numRuns: 5000 },
  );
});

it('exp has its limits', () => {
  expect([exp(0), exp(-0)]).toEqual([1, 1]);
  expect([exp(Infinity), exp(710), exp(-Infinity), exp(-746)]).toEqual([Infinity, Infinity, 0, 0]);
  expect(exp(Number.NaN)).toBeNaN();
  expect([exp(-745), exp(709.7)]).toEqual([Number.MIN_VALUE, 1.6549840276802644e308]);
});

it('expm1 is within three units in the last place of the engine’s own, at small arguments too', () => {
  const argument = fc.tuple(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.integer({ min: -60, max: 5 }),
  );
  fc.assert(
    fc.property(argument, ([mantissa, exponent]) => {
      const x = mantissa * 2 ** exponent;
      expect(ulps(expm1(x), Math.expm1(x))).toBeLessThanOrEqual(3);
    }),
    { numRuns: 5000 },
  );
  expect([expm1(0), expm1(-0), expm1(-Infinity), expm1(Infinity)]).toEqual([0, -0, -1, Infinity]);
  expect(expm1(Number.NaN)).toBeNaN();
});

it('power multiplies n times', () => {
  expect([power(3, 0), power(3, 1), power(3, 5), power(-2, 3), power(0, 0)]).toEqual([
    1, 3, 243, -8, 1,
  ]);
  expect(power(2, 1000)).toBe(2 ** 1000);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../../fixtures/elementary.json' with { type: 'json' };
import { exp, expm1, ln, ln24, power, realPower, writePolar24 } from './elementary.ts';

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

it('ln is within one unit in the last place of the engine’s own, at subnormal numbers too', () => {
  const argument = fc.oneof(
    fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
    fc.double({ min: 0.5, max: 2, noNaN: true }),
  );
  fc.assert(
    fc.property(argument, (x) => {
      expect(ulps(ln(x), Math.log(x))).toBeLessThanOrEqual(1);
    }),
    { numRuns: 5000 },
  );
});

it('ln has its limits', () => {
  expect([ln(1), ln(0), ln(Infinity)]).toEqual([0, -Infinity, Infinity]);
  expect([ln(-1), ln(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  expect([ln(2), ln(Math.E)]).toEqual([Math.LN2, 1]);
});

it('realPower is near the engine’s own to the rounding of the exponent, and has its limits', () => {
  const base = fc.double({ min: 1e-12, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(base, fc.double({ min: -2, max: 2, noNaN: true }), (x, y) => {
      const most = 2 * Math.abs(y * Math.log(x)) + 2;
      expect(ulps(realPower(x, y), x ** y)).toBeLessThanOrEqual(most);
    }),
    { numRuns: 5000 },
  );
  expect([realPower(0, 0.5), realPower(Infinity, -0.2), realPower(Infinity, 0.5)]).toEqual([
    0,
    0,
    Infinity,
  ]);
  expect([realPower(0, 0), realPower(1, -3), realPower(0, -1)]).toEqual([1, 1, Infinity]);
});

/** value − (high + low), where high + low is the truth to about 1e-32. */
function errorOf(value: number, truth: readonly number[]): number {
  return Math.abs(value - truth[0]! - truth[1]!);
}

function turn(k: number, radius = 1): { cos: number; sin: number } {
  const target = new Float64Array(2);
  writePolar24(radius, k, target, 0, 1);
  return { cos: target[0]!, sin: target[1]! };
}

describe('ln24', () => {
  it('is within 2e-16 of the logarithm, relatively', () => {
    for (const { k, ln } of golden.ln) {
      expect(errorOf(ln24(k), ln), `k = ${k}`).toBeLessThanOrEqual(2e-16 * Math.abs(ln[0]!));
    }
  });

  it('is 0 at 1', () => {
    expect(ln24(2 ** 24)).toBe(0);
  });

  it('never falls from one uniform to the next', () => {
    let previous = ln24(1);
    for (let k = 2; k <= 2 ** 24; k++) {
      const next = ln24(k);
      if (!(next > previous)) throw new Error(`ln24(${k}) = ${next} after ${previous}`);
      previous = next;
    }
  });
});

describe('writePolar24', () => {
  it('is within 2e-16 of cos and sin', () => {
    for (const { k, cos, sin } of golden.turns) {
      const value = turn(k);
      expect(errorOf(value.cos, cos), `cos at ${k}`).toBeLessThan(2e-16);
      expect(errorOf(value.sin, sin), `sin at ${k}`).toBeLessThan(2e-16);
    }
  });

  it('is exact at quarter turns', () => {
    const quarter = 2 ** 22;
    const points = [0, 1, 2, 3].map((n) => turn(n * quarter, 2));
    expect(points.map(({ cos }) => cos + 0)).toEqual([2, 0, -2, 0]);
    expect(points.map(({ sin }) => sin + 0)).toEqual([0, 2, 0, -2]);
  });

  it('writes where it is told, times the radius', () => {
    const target = new Float64Array(5);
    writePolar24(3, 2 ** 21, target, 1, 4);
    expect(target[1]).toBeCloseTo(3 * Math.SQRT1_2, 15);
    expect(target[4]).toBeCloseTo(3 * Math.SQRT1_2, 15);
    expect([target[0], target[2], target[3]]).toEqual([0, 0, 0]);
  });
});

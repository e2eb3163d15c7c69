import { UnknownNameError, ValueError } from '@softmoe/model';
import { describe, expect, it } from 'vitest';
import type { CurvePoint } from './index.ts';
import { cliff, sizeWithin } from './index.ts';
import { chooseSize, type SizeRule } from './size.ts';

/** Losses of sizes m, m − 1, …, 0. */
const curveOf = (...losses: number[]): CurvePoint[] =>
  losses.map((loss, i) => {
    const size = losses.length - 1 - i;
    return { size, loss, kept: Array.from({ length: size }, (_, unit) => unit) };
  });

/** As measured on a trained student: five teacher units. */
const typical = curveOf(3e-4, 3.1e-4, 3.1e-4, 1.6e-3, 0.147, 0.294, 0.44, 0.587, 0.733);

describe('the cliff', () => {
  it('is where the loss jumps by the largest factor', () => {
    const { size, ratio } = cliff(typical);
    expect(size).toBe(5);
    expect(ratio).toBeCloseTo(0.147 / 1.6e-3, 10);
  });

  it('can be at one unit, for the null loss counts', () => {
    expect(cliff(curveOf(1e-6, 1e-6, 1e-5, 0.5)).size).toBe(1);
    expect(cliff(curveOf(0.2, 0.5)).size).toBe(1);
  });

  it('ignores ratios of rounding errors, whatever their sign', () => {
    expect(cliff(curveOf(-1e-17, 3e-22, 1e-17, 4e-15, 0.1, 0.3)).size).toBe(2);
    expect(cliff(curveOf(0, 0, 0, 0.1, 0.3)).size).toBe(2);
    expect(cliff(curveOf(1e-17, 1e-13, 1e-3, 0.1, 0.5)).size).toBe(3);
  });

  it('takes the noise for the floor of estimated data', () => {
    const curve = curveOf(1e-9, 1e-5, 2e-5, 0.1, 0.3);
    expect(cliff(curve).size).toBe(4);
    expect(cliff(curve, { noise: 1e-4 }).size).toBe(2);
  });

  it('of a student short of units is at all of them', () => {
    expect(cliff(curveOf(0.2, 0.3, 0.4, 0.5)).size).toBe(3);
  });

  it('is at the smaller of two sizes with the same ratio', () => {
    expect(cliff(curveOf(0.25, 0.5, 1)).size).toBe(1);
    expect(cliff(curveOf(0.25, 0.5, 1)).ratio).toBe(2);
  });

  it('needs a curve down to a positive null loss', () => {
    expect(() => cliff([])).toThrow(ValueError);
    expect(() => cliff(curveOf(0.1))).toThrow(ValueError);
    expect(() => cliff(curveOf(0, 0, 0))).toThrow(ValueError);
    expect(() => cliff(typical.slice(0, -1))).toThrow(ValueError);
    expect(() => cliff(typical, { noise: 2 })).toThrow(ValueError);
  });
});

describe('the size within a tolerance', () => {
  it('is the smallest size within the tolerance of the null loss', () => {
    expect(sizeWithin(typical, 0.01)).toBe(5);
    expect(sizeWithin(typical, 0.001)).toBe(6);
    expect(sizeWithin(typical, 0.21)).toBe(4);
    expect(sizeWithin(typical, 1)).toBe(1);
  });

  it('takes rounding errors for zero', () => {
    expect(sizeWithin(curveOf(1e-17, -1e-17, 2e-17, 0.1, 0.4), 0)).toBe(2);
  });

  it('is refused where not even all units reach it, and told what they reach', () => {
    expect(() => sizeWithin(typical, 1e-4)).toThrow(/at least 0\.000409/);
    expect(() => sizeWithin(typical, -0.1)).toThrow(ValueError);
    expect(() => sizeWithin(typical, NaN)).toThrow(ValueError);
  });
});

describe('chooseSize', () => {
  it('gives the size that the rule asks for', () => {
    expect(chooseSize(typical, 'cliff')).toBe(5);
    expect(chooseSize(typical, { size: 3 })).toBe(3);
    expect(chooseSize(typical, { tolerance: 0.01 })).toBe(5);
  });

  it('refuses sizes that the model does not have', () => {
    for (const size of [0, -1, 9, 2.5, NaN]) {
      expect(() => chooseSize(typical, { size })).toThrow(/rule\.size/);
    }
  });

  it('refuses a rule that it does not know', () => {
    const rules: unknown[] = ['cliffs', {}, null, 5];
    for (const rule of rules) {
      expect(() => chooseSize(typical, rule as SizeRule)).toThrow(UnknownNameError);
    }
  });
});

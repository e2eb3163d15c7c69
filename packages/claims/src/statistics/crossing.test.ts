import { describe, expect, it } from 'vitest';
import { couponMedian, crossing } from './crossing.ts';

const points = (...shares: number[]) =>
  shares.map((share, i) => ({ x: i + 1, successes: 20 * share, trials: 20 }));

describe('crossing', () => {
  it('is linear between two shares', () => {
    expect(crossing(points(0, 0.25, 0.75, 1), 0.5)).toBe(2.5);
  });

  it('pools shares that fall, so that one lucky size does not decide', () => {
    expect(crossing(points(0, 0.6, 0.2, 1), 0.5)).toBeCloseTo(3 + 0.1 / 0.6, 12);
  });

  it('is the first x where the share is there from the start, and infinite where it never is', () => {
    expect(crossing(points(0.9, 1), 0.5)).toBe(1);
    expect(crossing(points(0, 0.4), 0.5)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the coupon collector's median", () => {
  it('is exact for two things: after m draws both are there with probability 1 − 2^(1 − m)', () => {
    expect(couponMedian(2)).toBe(2);
    expect(couponMedian(1)).toBe(1);
  });

  it('goes to k ln k + 0.3665 k', () => {
    for (const k of [64, 128]) {
      expect(couponMedian(k) / (k * (Math.log(k) - Math.log(Math.LN2)))).toBeCloseTo(1, 1);
    }
    expect(couponMedian(128) / 128 - Math.log(128)).toBeCloseTo(0.3665, 1);
  });
});

import { describe, expect, it } from 'vitest';
import { type Axis, boundaryOf } from './recovery-axes.ts';
import { proportion } from './statistics/interval.ts';

const larger: Axis = { group: 'Noise', name: 'σ', harder: 'larger', claimed: 1 };
const smaller: Axis = { group: 'Dimension', name: 'd', harder: 'smaller', claimed: 16 };
const points = (shares: Record<number, number>) =>
  Object.entries(shares).map(([at, share]) => ({
    at: Number(at),
    recovered: 40 * share,
    runs: 40,
    share: proportion(40 * share, 40),
  }));

describe('the boundary of recovery on an axis', () => {
  it('lies between the last value that surely holds and the first that surely breaks', () => {
    const found = boundaryOf(larger, points({ 1: 1, 2: 0.9, 3: 0.5, 4: 0.1, 5: 0 }), 0.5);
    expect(found).toEqual({ value: 3, low: 2, high: 4 });
  });

  it('is told from the other end where small values are hard', () => {
    const found = boundaryOf(smaller, points({ 64: 1, 16: 0.95, 8: 0.5, 4: 0 }), 0.5);
    expect(found).toEqual({ value: 8, low: 4, high: 16 });
  });

  it('is infinite towards the hard end where nothing breaks', () => {
    expect(boundaryOf(larger, points({ 1: 1, 2: 1 }), 0.5)).toEqual({
      value: Number.POSITIVE_INFINITY,
      low: 2,
      high: Number.POSITIVE_INFINITY,
    });
    expect(boundaryOf(smaller, points({ 16: 1, 8: 1 }), 0.5)).toEqual({
      value: Number.NEGATIVE_INFINITY,
      low: Number.NEGATIVE_INFINITY,
      high: 8,
    });
  });

  it('takes no value for sure beyond one that is in doubt', () => {
    const { low } = boundaryOf(larger, points({ 1: 1, 2: 0.5, 3: 1, 4: 0 }), 0.5);
    expect(low).toBe(1);
  });

  it('is infinite towards the easy end where nothing holds', () => {
    const { low, high } = boundaryOf(larger, points({ 1: 0, 2: 0 }), 0.5);
    expect([low, high]).toEqual([Number.NEGATIVE_INFINITY, 1]);
  });
});

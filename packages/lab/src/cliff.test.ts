import { describe, expect, it } from 'vitest';
import { fallsOf, steepest } from './cliff.ts';

const curve = (...losses: number[]) =>
  losses.map((loss, i) => ({ size: losses.length - 1 - i, loss }));

describe('falls of an elimination curve', () => {
  it('compare every size with one unit fewer', () => {
    const falls = fallsOf(curve(1e-4, 2e-4, 0.1, 0.4));
    expect(falls.map(({ size, ratio }) => [size, ratio])).toEqual([
      [3, 2],
      [2, 0.1 / 2e-4],
      [1, 4],
    ]);
    expect(steepest(falls)).toMatchObject({ size: 2, here: 2e-4, below: 0.1, clear: true });
  });

  it('are not clear where one unit fewer costs little', () => {
    const cliff = steepest(fallsOf(curve(0.2, 0.25, 0.28, 0.3)));
    expect(cliff).toMatchObject({ size: 3, clear: false });
  });

  it('give the ratio of rounding errors no weight', () => {
    const falls = fallsOf(curve(1e-19, 3e-17, -2e-17, 0.3, 0.6));
    expect(falls.map(({ ratio }) => ratio)).toEqual([1, 1, 0.3 / (1e-12 * 0.6), 2]);
    expect(steepest(falls)?.size).toBe(2);
  });

  it('are none without the loss of no unit, or with one of zero', () => {
    expect(fallsOf([{ size: 3, loss: 1 }])).toEqual([]);
    expect(fallsOf(curve(0, 0, 0))).toEqual([]);
    expect(steepest([])).toBeUndefined();
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wilson } from './recovery.ts';

it('agrees with published values', () => {
  // statsmodels.stats.proportion.proportion_confint(count, n, method='wilson')
  expect(wilson(9, 10)[0]).toBeCloseTo(0.59585, 6);
  expect(wilson(9, 10)[1]).toBeCloseTo(0.9821238, 6);
  expect(wilson(0, 20)).toEqual([0, expect.closeTo(0.1611252, 6)]);
  expect(wilson(0, 0)).toEqual([0, 1]);
});

it('holds the share, lies in [0, 1], mirrors, and shrinks with the number of trials', () => {
  const counts = fc
    .tuple(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([trials, share]) => [Math.round(share * trials), trials] as const);
  fc.assert(
    fc.property(counts, ([successes, trials]) => {
      const [low, high] = wilson(successes, trials);
      const [mirrored] = wilson(trials - successes, trials);
      const [lower, upper] = wilson(4 * successes, 4 * trials);
      const share = successes / trials;
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThanOrEqual(share);
      expect(high).toBeGreaterThanOrEqual(share);
      expect(high).toBeLessThanOrEqual(1);
      expect(mirrored).toBeCloseTo(1 - high, 12);
      expect(upper - lower).toBeLessThan(high - low);
    }),
  );
});

import { wilson } from '@softmoe/figures';

/** A number measured over seeds, with the limits of its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Where nothing was measured. */
export const unknown: Interval = { value: Number.NaN, low: -Infinity, high: Infinity };

/** A proportion with Wilson's interval at 95 %, which is sensible at 0 and 1. With no trials it is [0, 1] around NaN. */
export function proportion(successes: number, trials: number): Interval {
  if (trials === 0) return { value: Number.NaN, low: 0, high: 1 };
  const [low, high] = wilson(successes, trials);
  return { value: successes / trials, low, high };
}

/**
 * The mean of `shares` in [0, 1] of independent runs, with the interval of a proportion: shares vary no more than single
 * yes or no answers would, so that it is on the safe side.
 */
export function meanShare(shares: readonly number[]): Interval {
  return proportion(
    shares.reduce((sum, share) => sum + share, 0),
    shares.length,
  );
}

/** The proportion of `values` that are true. */
export function shareOf(values: readonly boolean[]): Interval {
  return proportion(values.filter(Boolean).length, values.length);
}

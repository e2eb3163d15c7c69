/** A number measured over seeds, with the limits of its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Half-width of a 95 % interval in standard deviations of a normal variable. */
export const Z95 = 1.959963984540054;

/**
 * Wilson's score interval of a proportion at 95 %; it is sensible at 0 and 1, where the textbook one has width 0. `successes`
 * may be a fraction: the sum of shares in [0, 1] of independent runs, which vary no more than single yes or no answers
 * would, so that the interval is on the safe side. With no trials it is [0, 1] around NaN.
 */
export function proportion(successes: number, trials: number): Interval {
  if (trials === 0) return { value: Number.NaN, low: 0, high: 1 };
  const p = successes / trials;
  const z2 = Z95 ** 2 / trials;
  const centre = (p + z2 / 2) / (1 + z2);
  const half = Math.sqrt(z2 * (p * (1 - p) + z2 / 4)) / (1 + z2);
  return { value: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** The proportion of `values` that are true. */
export function shareOf(values: readonly boolean[]): Interval {
  return proportion(values.filter(Boolean).length, values.length);
}

import { blockWords } from '@softmoe/teacher';
import { normalQuantile } from './bootstrap.ts';
import type { Interval } from './interval.ts';
import { mean, median } from './summaries.ts';

/** A law that samples are drawn from, with what an interval should cover. */
interface Law {
  /** From a uniform number in (0, 1). */
  readonly quantile: (u: number) => number;
  readonly mean: number;
  readonly median: number;
}

/** Skewed laws, and the normal one for comparison. */
export const laws = {
  exponential: { quantile: (u: number) => -Math.log(u), mean: 1, median: Math.LN2 },
  lognormal: {
    quantile: (u: number) => Math.exp(normalQuantile(u)),
    mean: Math.exp(0.5),
    median: 1,
  },
  normal: { quantile: normalQuantile, mean: 0, median: 0 },
} as const satisfies Record<string, Law>;

/** What an interval is of. */
export const centres = { mean, median } as const;

/** How often the interval of a method covers the truth, and how wide it is at the median. */
export interface Coverage {
  readonly share: number;
  readonly width: number;
}

/**
 * Draws `samples` samples of `n` numbers from a law and counts how many of their intervals hold its mean or median. Numbers come
 * from the stream `coverage`: the same arguments give the same coverage. Its own standard error is √(share(1 − share)/samples).
 */
export function coverageOf(
  method: (sample: readonly number[]) => Pick<Interval, 'low' | 'high'>,
  of: keyof typeof centres,
  law: keyof typeof laws,
  n: number,
  samples: number,
): Coverage {
  const truth = laws[law][of];
  const intervals = Array.from({ length: samples }, (_, step) => {
    const words = blockWords({ seed: 1, stream: 'coverage', step, block: 0 }, Math.ceil(n / 8));
    return method(Array.from(words.subarray(0, n), (word) => laws[law].quantile(uniform(word))));
  });
  const covered = intervals.filter(({ low, high }) => low <= truth && truth <= high).length;
  return { share: covered / samples, width: median(intervals.map(({ low, high }) => high - low)) };
}

function uniform(word: number): number {
  return (word + 0.5) / 2 ** 32;
}

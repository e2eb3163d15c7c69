import { blockWords } from '@softmoe/teacher';
import { quantileSorted } from 'simple-statistics';
import type { Interval } from './interval.ts';

const RESAMPLES = 2000;
const WORDS_A_GROUP = 8;

/**
 * The percentile bootstrap at 95 %: `statistic` of the sample, and the 2.5 % and 97.5 % points of what it gives on samples
 * drawn from it with replacement. The members of the sample are independent runs, so what one run tells several times stays
 * together. Draws come from the stream `bootstrap`: the same sample gives the same interval. Resamples on which
 * the statistic is NaN count as both ends: they cannot narrow the interval.
 */
export function bootstrap<T>(
  sample: readonly T[],
  statistic: (sample: readonly T[]) => number,
  resamples: number = RESAMPLES,
): Interval {
  const n = sample.length;
  if (n === 0) return { value: Number.NaN, low: -Infinity, high: Infinity };
  const lows: number[] = [];
  const highs: number[] = [];
  for (let b = 0; b < resamples; b++) {
    const words = blockWords(
      { seed: 0, stream: 'bootstrap', step: b, block: 0 },
      Math.ceil(n / WORDS_A_GROUP),
    );
    const drawn = Array.from(
      { length: n },
      (_, i) => sample[Math.floor((words[i]! / 2 ** 32) * n)]!,
    );
    const value = statistic(drawn);
    lows.push(Number.isNaN(value) ? -Infinity : value);
    highs.push(Number.isNaN(value) ? Infinity : value);
  }
  lows.sort((a, b) => a - b);
  highs.sort((a, b) => a - b);
  return {
    value: statistic(sample),
    low: quantileSorted(lows, 0.025),
    high: quantileSorted(highs, 0.975),
  };
}

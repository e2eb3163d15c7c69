import { blockWords } from '@softmoe/teacher';
import type { Interval } from './interval.ts';

const RESAMPLES = 1000;
/** With fewer runs the percentiles of resamples are much too narrow. */
const LEAST_RUNS = 8;
const WORDS_A_GROUP = 8;

/**
 * The percentile bootstrap at 95 %: each of the `statistics` of the sample, and the 2.5 % and 97.5 % points of what it gives
 * on samples drawn from it with replacement. The members of the sample are independent runs, so that what one run tells
 * several times stays together. Draws come from the stream `bootstrap`: the same sample gives the same interval. Resamples
 * on which a statistic is NaN count at both ends: they cannot narrow its interval. With fewer than 8 runs the limits
 * are infinite: nothing is known.
 */
export function bootstrapAll<T, Name extends string>(
  sample: readonly T[],
  statistics: (sample: readonly T[]) => Readonly<Record<Name, number>>,
): Record<Name, Interval> {
  const n = sample.length;
  const measured = statistics(sample);
  const drawn =
    n < LEAST_RUNS
      ? []
      : Array.from({ length: RESAMPLES }, (_, b) => statistics(resample(sample, b)));
  const intervals = {} as Record<Name, Interval>;
  for (const name of Object.keys(measured) as Name[]) {
    const values = drawn.map((found) => found[name]);
    intervals[name] = {
      value: measured[name],
      low: pointOf(values, 0.025, -Infinity),
      high: pointOf(values, 0.975, Infinity),
    };
  }
  return intervals;
}

/** The bootstrap of one statistic. */
export function bootstrap<T>(
  sample: readonly T[],
  statistic: (sample: readonly T[]) => number,
): Interval {
  return bootstrapAll(sample, (drawn) => ({ statistic: statistic(drawn) })).statistic;
}

function resample<T>(sample: readonly T[], step: number): T[] {
  const n = sample.length;
  const key = { seed: 0, stream: 'bootstrap', step, block: 0 };
  const words = blockWords(key, Math.ceil(n / WORDS_A_GROUP));
  return Array.from({ length: n }, (_, i) => sample[Math.floor((words[i]! / 2 ** 32) * n)]!);
}

/** The value below which that share of `values` lies, NaN counting as `unknown`; the outer one of two neighbours. */
function pointOf(values: readonly number[], share: number, unknown: number): number {
  if (values.length === 0) return unknown;
  const known = values.map((value) => (Number.isNaN(value) ? unknown : value));
  const sorted = Float64Array.from(known).sort();
  const place = share * (sorted.length - 1);
  return sorted[share < 0.5 ? Math.floor(place) : Math.ceil(place)]!;
}

import { gateOf } from '@softmoe/model/checks';
import { blockWords } from '@softmoe/teacher';
import { mean } from 'simple-statistics';
import type { Interval } from './interval.ts';

const RESAMPLES = 1000;
/** With fewer runs no resampling knows how far the sample is from what it was drawn from. */
const LEAST_RUNS = 8;
const WORDS_A_GROUP = 8;
/** Of the normal distribution, at 97.5 %. */
const Z = 1.959963984540054;

/**
 * The bias-corrected and accelerated bootstrap at 95 % (BCa, Efron 1987): each of the `statistics` of the sample, and points
 * of what it gives on samples drawn from it with replacement, at shares corrected for bias and for skewness, which the
 * jackknife estimates, and taken at Student's level, √(n/(n − 1))·t, instead of the normal one. Coverage by simulation is in
 * docs/claims.md; of a mean use {@link bootstrapMean}.
 *
 * The members of the sample are independent runs, so that what one run tells several times stays together. Draws come from
 * the stream `bootstrap`: the same sample gives the same interval. Resamples on which a statistic is NaN count at both ends:
 * they cannot narrow its interval. With fewer than 8 runs the limits are infinite: nothing is known.
 */
export function bootstrapAll<T, Name extends string>(
  sample: readonly T[],
  statistics: (sample: readonly T[]) => Readonly<Record<Name, number>>,
): Record<Name, Interval> {
  const measured = statistics(sample);
  const enough = sample.length >= LEAST_RUNS;
  const drawn = enough ? resamplesOf(sample).map(statistics) : [];
  const without = enough ? sample.map((_, i) => statistics(sample.toSpliced(i, 1))) : [];
  const intervals = {} as Record<Name, Interval>;
  for (const name of Object.keys(measured) as Name[]) {
    const value = measured[name];
    const values = drawn.map((found) => found[name]);
    const share = shareAt(
      value,
      values,
      without.map((found) => found[name]),
    );
    const level = studentLevel(sample.length);
    intervals[name] = {
      value,
      low: pointOf(values, share(-level), -Infinity),
      high: pointOf(values, share(level), Infinity),
    };
  }
  return intervals;
}

/**
 * The bias-corrected and accelerated bootstrap at 95 % (BCa) of one statistic, with resamples drawn from the stream `bootstrap`:
 * the same sample gives the same interval. Members of the sample are independent runs; with fewer than 8 of them the limits are
 * infinite. Of a mean use {@link bootstrapMean}.
 */
export function bootstrap<T>(
  sample: readonly T[],
  statistic: (sample: readonly T[]) => number,
): Interval {
  return bootstrapAll(sample, (drawn) => ({ statistic: statistic(drawn) })).statistic;
}

/**
 * The mean of one number a run with the studentised bootstrap at 95 % (bootstrap-t): the points of (mean of a resample − mean)
 * over the resample's own standard error, times that of the sample widened by √(n/(n − 1)). It follows skewness where
 * percentiles do not: its coverage by simulation is in docs/claims.md. A resample of equal numbers counts at the end that it lies
 * on. With fewer than 8 numbers the limits are infinite; of equal numbers they are their value.
 */
export function bootstrapMean(values: readonly number[]): Interval {
  const n = values.length;
  const value = n > 0 ? mean([...values]) : Number.NaN;
  if (n < LEAST_RUNS) return { value, low: -Infinity, high: Infinity };
  const error = standardError(values) * Math.sqrt(n / (n - 1));
  if (error === 0) return { value, low: value, high: value };
  const ratios = resamplesOf(values).map((drawn) => {
    const difference = mean(drawn) - value;
    return difference === 0 ? 0 : difference / standardError(drawn);
  });
  return {
    value,
    low: value - error * pointOf(ratios, 0.975, Infinity),
    high: value - error * pointOf(ratios, 0.025, -Infinity),
  };
}

function standardError(values: readonly number[]): number {
  const n = values.length;
  const centre = mean([...values]);
  const square = values.reduce((sum, x) => sum + (x - centre) ** 2, 0);
  return Math.sqrt(square / (n * (n - 1)));
}

function resamplesOf<T>(sample: readonly T[]): T[][] {
  return drawnIndices(sample.length).map((indices) => Array.from(indices, (i) => sample[i]!));
}

/** The last numbers drawn: they are the same for every sample of a size. */
let lastDrawn: readonly Uint32Array[] = [];

/** Which members of a sample of `n` each resample holds. */
function drawnIndices(n: number): readonly Uint32Array[] {
  if (lastDrawn[0]?.length !== n) {
    lastDrawn = Array.from({ length: RESAMPLES }, (_, step) => {
      const key = { seed: 0, stream: 'bootstrap', step, block: 0 };
      const words = blockWords(key, Math.ceil(n / WORDS_A_GROUP));
      return Uint32Array.from({ length: n }, (_, i) => Math.floor((words[i]! / 2 ** 32) * n));
    });
  }
  return lastDrawn;
}

/** From a level of the normal distribution to the share of the resamples that BCa takes for it. */
function shareAt(
  value: number,
  drawn: readonly number[],
  without: readonly number[],
): (level: number) => number {
  const known = drawn.filter((x) => !Number.isNaN(x));
  const below = known.reduce((sum, x) => sum + (x < value ? 1 : x === value ? 0.5 : 0), 0);
  const middle = Number.isNaN(value) || known.length === 0 ? 0.5 : below / known.length;
  const bias = normalQuantile(Math.min(Math.max(middle, 0.001), 0.999));
  const centre = without.length > 0 ? mean([...without]) : 0;
  const sumOf = (power: number) => without.reduce((sum, x) => sum + (centre - x) ** power, 0);
  const skew = sumOf(3) / (6 * sumOf(2) ** 1.5);
  const acceleration = Number.isFinite(skew) ? skew : 0;
  return (level) => {
    const shifted = bias + level;
    // Beyond its pole the correction says no more than that the limit is the outermost.
    const scale = 1 - acceleration * shifted;
    return scale > 0 ? gateOf('probit').value(bias + shifted / scale) : level < 0 ? 0 : 1;
  };
}

/** √(n/(n − 1)) times Student's 97.5 % point with n − 1 degrees of freedom, by the Cornish–Fisher series. */
function studentLevel(n: number): number {
  const nu = n - 1;
  const t =
    Z +
    (Z ** 3 + Z) / (4 * nu) +
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * nu ** 2) +
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / (384 * nu ** 3);
  return Math.sqrt(n / nu) * t;
}

/** z with Φ(z) = `share`, by bisection. */
export function normalQuantile(share: number): number {
  const { value } = gateOf('probit');
  let [low, high] = [-9, 9];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (value(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The value below which that share of `values` lies, NaN counting as `unknown`; the outer one of two neighbours. */
function pointOf(values: readonly number[], share: number, unknown: number): number {
  if (values.length === 0) return unknown;
  const known = values.map((value) => (Number.isNaN(value) ? unknown : value));
  const sorted = Float64Array.from(known).sort();
  const place = share * (sorted.length - 1);
  return sorted[unknown < 0 ? Math.floor(place) : Math.ceil(place)]!;
}

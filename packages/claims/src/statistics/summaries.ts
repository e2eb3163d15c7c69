import { mean as meanOf, median as medianOf, sampleCorrelation } from 'simple-statistics';

/** The mean, NaN of no values: where nothing was measured nothing can be said. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : meanOf([...values]);
}

/** The median, NaN of no values. */
export function median(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : medianOf([...values]);
}

/** Ranks from 1, equal values sharing the mean of theirs; Infinity is the largest value. */
export function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

/** Spearman's rank correlation, in [−1, 1]; NaN where all values of one list are equal. */
export function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const [rx, ry] = [ranks(x), ranks(y)];
  if (new Set(rx).size < 2 || new Set(ry).size < 2) return Number.NaN;
  return sampleCorrelation(rx, ry);
}

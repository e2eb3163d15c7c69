import { mean as meanOf, median as medianOf } from 'simple-statistics';

/** The mean, NaN of no values: where nothing was measured nothing can be said. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : meanOf([...values]);
}

/** The median, NaN of no values. */
export function median(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : medianOf([...values]);
}

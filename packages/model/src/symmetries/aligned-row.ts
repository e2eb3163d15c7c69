import type { Parity } from '../function.ts';
import { norm } from '../linalg/norm.ts';
import { row, takeRows } from '../linalg/rows.ts';
import { combination, dot } from '../linalg/vectors.ts';
import type { NDArray } from '../ndarray.ts';

/** Rows of a group of units as they lie closest to the first of them, and for each the sign that its amplitude takes. */
export interface AlignedRows {
  readonly first: Float64Array;
  readonly rows: readonly Float64Array[];
  readonly signs: Float64Array;
}

/**
 * The row of every unit of a group, or its negative where a function of that parity allows it, docs/theory.md (6): the one
 * that lies closer to the row of the group's first unit.
 */
export function alignedRows(array: NDArray, group: readonly number[], parity: Parity): AlignedRows {
  const taken = takeRows(array, group);
  const first = row(taken, 0);
  const signs = new Float64Array(group.length).fill(1);
  const rows = group.map((_, i) => {
    const original = row(taken, i);
    if (parity === 'none' || dot(original, first) >= 0) return original;
    if (parity === 'odd') signs[i] = -1;
    return original.map((x) => -x);
  });
  return { first, rows, signs };
}

/**
 * Σ_i weights[i]·rows[i]/Σ_i weights[i]; nothing where cancelling weights leave no mean of nearly equal rows. A single row is its own
 * mean.
 */
export function meanRow(
  { first, rows }: AlignedRows,
  weights: Float64Array,
): Float64Array | undefined {
  if (rows.length === 1) return first;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => weight / total);
  const mean = combination(shares, rows, first.length);
  const size = norm(mean) / norm(first);
  return size > 0.5 && size < 2 ? mean : undefined;
}

/** Unit vector along {@link meanRow}, for rows that are unit vectors. */
export function meanDirection(
  aligned: AlignedRows,
  weights: Float64Array,
): Float64Array | undefined {
  const mean = meanRow(aligned, weights);
  if (!mean || aligned.rows.length === 1) return mean;
  const length = norm(mean);
  return mean.map((x) => x / length);
}

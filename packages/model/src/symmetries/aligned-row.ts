import type { Parity } from '../function.ts';
import { norm } from '../linalg/norm.ts';
import { row } from '../linalg/rows.ts';
import { dot } from '../linalg/vectors.ts';
import type { NDArray } from '../ndarray.ts';

/** A unit's row as it lies closest to another unit's, and the sign of the amplitude that goes with it. */
export interface AlignedRow {
  readonly row: Float64Array;
  readonly sign: number;
}

/**
 * The row of `unit`, or its negative where a function of that parity allows it, docs/theory.md (6): the one that lies
 * closer to the row of `reference`.
 */
export function alignedRow(
  array: NDArray,
  unit: number,
  reference: number,
  parity: Parity,
): AlignedRow {
  const original = row(array, unit);
  if (parity === 'none' || dot(original, row(array, reference)) >= 0) {
    return { row: original, sign: 1 };
  }
  return { row: original.map((x) => -x), sign: parity === 'odd' ? -1 : 1 };
}

/**
 * Σ_i weights[i]·rows[i]/Σ_i weights[i], normalised; or nothing where cancelling weights leave no mean of nearly equal
 * unit vectors. A single row is its own mean.
 */
export function meanDirection(
  rows: readonly AlignedRow[],
  weights: readonly number[],
): Float64Array | undefined {
  const first = rows[0]!.row;
  if (rows.length === 1) return first;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = new Float64Array(first.length);
  rows.forEach((aligned, i) => {
    const weight = weights[i]! / total;
    for (let j = 0; j < mean.length; j++) mean[j] = mean[j]! + weight * aligned.row[j]!;
  });
  const length = norm(mean);
  return length > 0.5 && length < 2 ? mean.map((x) => x / length) : undefined;
}

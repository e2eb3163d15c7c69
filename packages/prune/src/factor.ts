import type { Gram } from '@softmoe/model';
import { dotAt } from '@softmoe/model/linalg';
import { checkSquare } from './gram.ts';

/**
 * Orthonormal coordinates for units and target, from their Gram data alone: units scaled to E u² = 1 and the target to
 * E y² = 1 become vectors with those inner products.
 */
export interface Factor {
  /** The independent units, in the order in which they were taken, [rank]. */
  readonly units: readonly number[];
  /** The others: their distance from the span of `units` is below the resolution. */
  readonly dependent: readonly number[];
  /** L, [rank, rank] lower triangular, row q: coordinates of `units[q]`. */
  readonly lower: Float64Array;
  /** Coordinates of the target, [rank]. */
  readonly target: Float64Array;
  /** 1 − ‖target‖²: the share of E y² that no combination of the units explains. */
  readonly unexplained: number;
  /** Amplitudes that fit the target best: x with Lᵀx = target, [rank]. */
  readonly amplitude: Float64Array;
  /** 1/√(E u²), [rank]. */
  readonly scale: Float64Array;
}

/** A pivot may be this much shorter than the longest candidate when it explains more of the target. */
const PIVOT_SHARE = 0.1;

/**
 * Cholesky factor of the Gram matrix bordered by the target, with pivots. A unit is dependent once the part of it
 * outside the span of those taken is at most `resolution` of its E u²: exact duplicates and zero functions always are.
 * Among candidates of like length the one that explains most of the target goes first, so that of several dependent
 * units the one worth keeping is kept. Throws {@link ValueError} when the matrix is indefinite.
 *
 * `unexplained` is the last Schur complement. Errors of relative size ε in the data leave it uncertain by about
 * ε·(Σ_i |amplitude_i|)², in the scaled units of this factor: the floor of every loss here, of either sign and not
 * clamped. That is about 1e-16·E y² for exact data, more where large amplitudes cancel.
 */
export function factorise(gram: Gram, resolution: number): Factor {
  const m = gram.cross.data.length;
  const matrix = gram.students.data;
  const inverseNorm = Float64Array.from({ length: m }, (_, i) => inverseRoot(matrix[i * m + i]!));
  const targetScale = inverseRoot(gram.target);

  const left = inverseNorm.map((s) => (s > 0 ? 1 : 0));
  const cross = gram.cross.data.map((t, i) => t * inverseNorm[i]! * targetScale);
  const rows = new Float64Array(m * m);
  const target: number[] = [];
  let unexplained = targetScale > 0 ? 1 : 0;

  const units: number[] = [];
  const open = new Set(left.keys());
  for (let rank = 0; rank < m; rank++) {
    const pivot = choosePivot(open, left, cross, resolution);
    if (pivot === undefined) break;
    open.delete(pivot);
    units.push(pivot);
    const length = Math.sqrt(left[pivot]!);
    const coordinate = cross[pivot]! / length;
    rows[pivot * m + rank] = length;
    target.push(coordinate);
    unexplained -= coordinate * coordinate;
    for (const j of open) {
      const product = matrix[j * m + pivot]! * inverseNorm[j]! * inverseNorm[pivot]!;
      const entry = (product - dotAt(rows, j * m, rows, pivot * m, rank)) / length;
      rows[j * m + rank] = entry;
      left[j] = left[j]! - entry * entry;
      cross[j] = cross[j]! - entry * coordinate;
    }
  }
  for (const j of open) checkSquare(left[j]!, resolution, `students[${j}, ${j}]`);

  const rank = units.length;
  const lower = new Float64Array(rank * rank);
  units.forEach((i, q) => {
    lower.set(rows.subarray(i * m, i * m + q + 1), q * rank);
  });
  const amplitude = solveTransposed(lower, target);
  const total = amplitude.reduce((sum, a) => sum + Math.abs(a), 0);
  checkSquare(unexplained, resolution * (1 + total * total), 'target');
  return {
    units,
    dependent: [...open],
    lower,
    target: Float64Array.from(target),
    unexplained,
    amplitude,
    scale: Float64Array.from(units, (i) => inverseNorm[i]!),
  };
}

/** x with Lᵀx = b. */
function solveTransposed(lower: Float64Array, b: readonly number[]): Float64Array {
  const rank = b.length;
  const x = Float64Array.from(b);
  for (let q = rank - 1; q >= 0; q--) {
    x[q] = x[q]! / lower[q * rank + q]!;
    for (let p = 0; p < q; p++) x[p] = x[p]! - lower[q * rank + p]! * x[q]!;
  }
  return x;
}

function choosePivot(
  open: ReadonlySet<number>,
  left: Float64Array,
  cross: Float64Array,
  resolution: number,
): number | undefined {
  let longest = 0;
  for (const j of open) longest = Math.max(longest, left[j]!);
  const shortest = Math.max(resolution, PIVOT_SHARE * longest);
  let best: number | undefined;
  let bestGain = -1;
  for (const j of open) {
    const gain = cross[j]! ** 2 / left[j]!;
    if (left[j]! > shortest && gain > bestGain) {
      best = j;
      bestGain = gain;
    }
  }
  return best;
}

function inverseRoot(square: number): number {
  return square > 0 ? 1 / Math.sqrt(square) : 0;
}

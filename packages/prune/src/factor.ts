import type { Gram } from '@softmoe/model';
import { at, axpy, dotAt, entry } from '@softmoe/model/linalg';
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

/** A unit on its way into the factor. */
interface Candidate {
  readonly unit: number;
  /** 1/√(E u²), 0 for the zero function. */
  readonly scale: number;
  /** Share of its E u² outside the span of the units taken. */
  left: number;
  /** Inner product of that part with the target, both scaled to one. */
  cross: number;
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
  const targetScale = inverseRoot(gram.target);
  const candidates = Array.from(gram.cross.data, (t, unit): Candidate => {
    const scale = inverseRoot(entry(gram.students, unit, unit));
    return { unit, scale, left: scale > 0 ? 1 : 0, cross: t * scale * targetScale };
  });
  const rows = new Float64Array(m * m);
  const target: number[] = [];
  let unexplained = targetScale > 0 ? 1 : 0;

  const taken: Candidate[] = [];
  const open = new Set(candidates);
  for (let rank = 0; rank < m; rank++) {
    const pivot = choosePivot(open, resolution);
    if (pivot === undefined) break;
    open.delete(pivot);
    taken.push(pivot);
    const length = Math.sqrt(pivot.left);
    const coordinate = pivot.cross / length;
    rows[pivot.unit * m + rank] = length;
    target.push(coordinate);
    unexplained -= coordinate * coordinate;
    for (const other of open) {
      const product = entry(gram.students, other.unit, pivot.unit) * other.scale * pivot.scale;
      const along = (product - dotAt(rows, other.unit * m, rows, pivot.unit * m, rank)) / length;
      rows[other.unit * m + rank] = along;
      other.left -= along * along;
      other.cross -= along * coordinate;
    }
  }
  for (const { unit, left } of open) checkSquare(left, resolution, `students[${unit}, ${unit}]`);

  const rank = taken.length;
  const lower = new Float64Array(rank * rank);
  taken.forEach(({ unit }, q) => {
    lower.set(rows.subarray(unit * m, unit * m + q + 1), q * rank);
  });
  const amplitude = solveTransposed(lower, target);
  const total = amplitude.reduce((sum, a) => sum + Math.abs(a), 0);
  checkSquare(unexplained, resolution * (1 + total * total), 'target');
  return {
    units: taken.map(({ unit }) => unit),
    dependent: Array.from(open, ({ unit }) => unit),
    lower,
    target: Float64Array.from(target),
    unexplained,
    amplitude,
    scale: Float64Array.from(taken, ({ scale }) => scale),
  };
}

/** x with Lᵀx = b. */
function solveTransposed(lower: Float64Array, b: readonly number[]): Float64Array {
  const rank = b.length;
  const x = Float64Array.from(b);
  for (let q = rank - 1; q >= 0; q--) {
    const solution = at(x, q) / at(lower, q * rank + q);
    x[q] = solution;
    axpy(-solution, lower.subarray(q * rank, q * rank + q), x.subarray(0, q));
  }
  return x;
}

/** The candidate to take next, undefined where the rest is dependent. */
function choosePivot(open: ReadonlySet<Candidate>, resolution: number): Candidate | undefined {
  let longest = 0;
  for (const { left } of open) longest = Math.max(longest, left);
  const shortest = Math.max(resolution, PIVOT_SHARE * longest);
  let best: Candidate | undefined;
  let bestGain = -1;
  for (const candidate of open) {
    const gain = candidate.cross ** 2 / candidate.left;
    if (candidate.left > shortest && gain > bestGain) {
      best = candidate;
      bestGain = gain;
    }
  }
  return best;
}

function inverseRoot(square: number): number {
  return square > 0 ? 1 / Math.sqrt(square) : 0;
}

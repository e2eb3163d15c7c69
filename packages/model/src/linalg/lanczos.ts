import type { Steps } from '../contracts.ts';
import { ConvergenceError, ShapeError, ValueError } from '../errors.ts';
import type { NDArray } from '../ndarray.ts';
import { subtractProjections } from './gram-schmidt.ts';
import { norm, rescaleAt } from './norm.ts';
import { matrixSize, timesVector } from './rows.ts';
import { complete } from './steps.ts';
import { tridiagonalEigen, tridiagonalVector } from './tridiagonal.ts';
import { at, combination, dot } from './vectors.ts';

/** One eigenvalue of a symmetric matrix. */
export interface Eigenpair {
  readonly value: number;
  /** An eigenvalue of the matrix lies within this distance of `value`: residual norm plus an allowance for rounding. */
  readonly error: number;
  /** Unit length, [n]. */
  readonly vector: Float64Array;
}

/** The ends of a spectrum. */
export interface Extremes {
  readonly min: Eigenpair;
  readonly max: Eigenpair;
}

/** When {@link lanczos} is content, and where it starts. */
export interface LanczosOptions {
  /** Residual to reach at both ends, relative to the largest |eigenvalue|. Default 1e-10. */
  readonly tolerance?: number;
  /** Limit on products with the matrix. Default n, which is enough for any matrix. */
  readonly maxSteps?: number;
  /** Start vector, [n], any length but 0. Default: fixed numbers in [−½, ½) that favour no direction. */
  readonly start?: Float64Array;
}

/**
 * Both ends of the spectrum of a symmetric `matrix` [n, n]: {@link lanczosSteps} without a pause. Throws what that throws, and
 * {@link ShapeError} for what is no square matrix.
 */
export function lanczos(matrix: NDArray, options: LanczosOptions = {}): Extremes {
  const { rows: n, columns } = matrixSize(matrix);
  if (n !== columns || n === 0) {
    throw new ShapeError('must be a square matrix', {
      field: 'matrix.shape',
      value: [...matrix.shape],
      remedy: 'Pass a symmetric [n, n] array.',
    });
  }
  return complete(lanczosSteps((x) => timesVector(matrix, x), n, options));
}

/**
 * Both ends of the spectrum of a symmetric operator on vectors of `n` ≥ 1 numbers, of which only the product `times` is asked, by
 * the Lanczos iteration with full reorthogonalisation: a product and n numbers of memory a step. Yields the number of products so
 * far. The result is a function of the arguments alone.
 *
 * Where the Krylov space closes early, one more is opened from the default start vector in the rest of the space, so that
 * a start vector that lacks an eigenvector does not hide it. An `error` bounds the distance to some eigenvalue;
 * it is no bound of λ_min from below or of λ_max from above. That the two found are the extreme ones rests, as always with
 * Lanczos, on the start vector having a part along their eigenvectors.
 * Throws {@link ShapeError}, {@link ValueError} for numbers that are not finite, {@link ConvergenceError}.
 */
export function* lanczosSteps(
  times: (x: Float64Array) => Float64Array,
  n: number,
  options: LanczosOptions = {},
): Steps<Extremes> {
  const { tolerance = 1e-10, maxSteps = n, start = defaultStart(n) } = options;
  const basis: Float64Array[] = [];
  const first = yield* krylov(times, n, start, basis, tolerance, maxSteps);
  if (!first) {
    throw new ShapeError('must be a vector of the size of the matrix, other than 0', {
      field: 'start',
      value: start,
      remedy: `Pass ${n} numbers, or none for the default.`,
    });
  }
  if (!first.closed || basis.length === n) return first;
  const second = yield* krylov(times, n, defaultStart(n), basis, tolerance, maxSteps);
  if (!second) return first;
  return {
    min: first.min.value <= second.min.value ? first.min : second.min,
    max: first.max.value >= second.max.value ? first.max : second.max,
  };
}

/**
 * The start vector used when none is given: entry i is the fractional part of φ·(i + 1)², less ½, for the golden ratio
 * φ. It is fixed, spreads over every direction, and has no symmetry that a matrix of ours could share.
 */
export function defaultStart(n: number): Float64Array {
  const golden = (1 + Math.sqrt(5)) / 2;
  return Float64Array.from({ length: n }, (_, i) => ((golden * (i + 1) ** 2) % 1) - 0.5);
}

/** One Krylov space orthogonal to `basis`, which it extends. Undefined when `start` has no part there. */
function* krylov(
  times: (x: Float64Array) => Float64Array,
  n: number,
  start: Float64Array,
  basis: Float64Array[],
  tolerance: number,
  maxSteps: number,
): Steps<(Extremes & { closed: boolean }) | undefined> {
  if (start.length !== n) return undefined;
  const before = basis.length;
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  let q: Float64Array = start.slice();
  const length = rescaleAt(q, 0, n);
  orthogonalise(q, basis);
  if (!normalise(q, 1e-10 * length)) return undefined;
  for (let nextCheck = 4; ; ) {
    const next = times(q);
    diagonal.push(dot(q, next));
    basis.push(q);
    yield basis.length;
    orthogonalise(next, basis);
    const beta = norm(next);
    requireFiniteProduct(beta);
    const steps = diagonal.length;
    const closed = basis.length === n || beta <= 4 * rounding(n, largest(diagonal, offDiagonal));
    if (closed || steps >= Math.min(nextCheck, maxSteps)) {
      const residual = basis.length === n ? 0 : beta;
      const error = ritzError(diagonal, offDiagonal, residual, tolerance, n);
      if (closed || error.bound <= error.wanted) {
        const found = ritzPairs(diagonal, offDiagonal, residual, basis.slice(before), n);
        return { ...found, closed };
      }
      if (steps >= maxSteps) throw notConverged(error.bound, error.wanted, maxSteps);
      nextCheck = Math.ceil(1.15 * steps) + 2;
    }
    offDiagonal.push(beta);
    normalise(next, 0);
    q = next;
  }
}

/** The larger of the two residuals, and what is wanted of it: O(steps²). */
function ritzError(
  diagonal: number[],
  offDiagonal: number[],
  residual: number,
  tolerance: number,
  n: number,
): { bound: number; wanted: number } {
  const last = new Float64Array(diagonal.length);
  last[last.length - 1] = 1;
  const values = tridiagonalEigen(diagonal, offDiagonal, [last]);
  const { low, high, scale } = ends(values);
  return {
    bound: residual * Math.max(Math.abs(at(last, low)), Math.abs(at(last, high))),
    wanted: Math.max(tolerance, 16 * Math.sqrt(n) * Number.EPSILON) * scale,
  };
}

/** The Ritz pairs at both ends: O(steps² + steps·n). */
function ritzPairs(
  diagonal: number[],
  offDiagonal: number[],
  residual: number,
  basis: readonly Float64Array[],
  n: number,
): Extremes {
  const last = new Float64Array(diagonal.length);
  last[last.length - 1] = 1;
  const values = tridiagonalEigen(diagonal, offDiagonal, [last]);
  const { low, high, min, max, scale } = ends(values);
  const pair = (value: number, column: number): Eigenpair => ({
    value,
    error: residual * Math.abs(at(last, column)) + rounding(n, scale),
    vector: combination(tridiagonalVector(diagonal, offDiagonal, value), basis, n),
  });
  return { min: pair(min, low), max: pair(max, high) };
}

/** The least and the greatest of `values`, where they stand, and the larger of their sizes. */
function ends(values: Float64Array) {
  const min = values.reduce((a, b) => Math.min(a, b));
  const max = values.reduce((a, b) => Math.max(a, b));
  const scale = Math.max(Math.abs(min), Math.abs(max));
  return { low: values.indexOf(min), high: values.indexOf(max), min, max, scale };
}

/** What rounding in sums of n terms does to an eigenvalue of a matrix of norm `scale`: a generous multiple of ε√n. */
function rounding(n: number, scale: number): number {
  return 16 * Math.sqrt(n) * Number.EPSILON * scale;
}

function largest(diagonal: readonly number[], offDiagonal: readonly number[]): number {
  let most = 0;
  for (const a of diagonal) most = Math.max(most, Math.abs(a));
  for (const b of offDiagonal) most = Math.max(most, b);
  return most;
}

/** Takes from `x` its part along the orthonormal `basis`; twice, which is enough for orthogonality to rounding. */
function orthogonalise(x: Float64Array, basis: readonly Float64Array[]): void {
  subtractProjections(x, basis);
  subtractProjections(x, basis);
}

/** Divides `x` by its length, unless that is at most `least`: then false. */
function normalise(x: Float64Array, least: number): boolean {
  if (!(norm(x) > least)) return false;
  const length = rescaleAt(x, 0, x.length);
  x.forEach((value, i) => {
    x[i] = value / length;
  });
  return true;
}

function requireFiniteProduct(beta: number): void {
  if (Number.isFinite(beta)) return;
  throw new ValueError('must hold finite numbers', {
    field: 'matrix',
    value: beta,
    remedy: 'Look for NaN in the point at which the matrix was evaluated.',
  });
}

function notConverged(bound: number, wanted: number, maxSteps: number): ConvergenceError {
  return new ConvergenceError(`residual ${bound} is above ${wanted} after ${maxSteps} steps`, {
    field: 'maxSteps',
    value: maxSteps,
    remedy: 'Allow more steps or a larger tolerance.',
  });
}

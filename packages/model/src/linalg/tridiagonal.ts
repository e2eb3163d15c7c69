import { ConvergenceError } from '../errors.ts';
import { norm } from './norm.ts';
import { addAt, at } from './vectors.ts';

const SWEEPS_PER_VALUE = 60;

/**
 * Eigenvalues of a symmetric tridiagonal matrix [n, n] by implicit QL with Wilkinson shifts, in no particular order.
 * `offDiagonal[i]` couples i and i + 1; only its first n − 1 numbers are read. Each of `rows`, n numbers long, is
 * multiplied in place by the matrix of eigenvectors: the last row of the identity gives the last components of them all,
 * in O(n²), and all rows of the identity give the eigenvectors as columns, in O(n³).
 * Throws {@link ConvergenceError}, which finite numbers don't cause in practice.
 */
export function tridiagonalEigen(
  diagonal: ArrayLike<number>,
  offDiagonal: ArrayLike<number>,
  rows: readonly Float64Array[],
): Float64Array {
  const n = diagonal.length;
  const d = Float64Array.from(diagonal);
  const e = new Float64Array(n);
  e.set(Array.from(offDiagonal).slice(0, n - 1));
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      const high = endOfBlock(d, e, low);
      if (high === low) break;
      if (sweep === SWEEPS_PER_VALUE) {
        throw new ConvergenceError('eigenvalues of a tridiagonal matrix did not converge', {
          field: 'matrix',
          value: d[low],
          remedy: 'Check the matrix for NaN or infinite numbers.',
        });
      }
      qlSweep(d, e, rows, low, high);
    }
  }
  return d;
}

/** The first index from `low` on whose coupling to the next one is negligible. */
function endOfBlock(d: Float64Array, e: Float64Array, low: number): number {
  let high = low;
  while (high < d.length - 1) {
    const scale = Math.abs(at(d, high)) + Math.abs(at(d, high + 1));
    if (Math.abs(at(e, high)) <= Number.EPSILON * scale) break;
    high++;
  }
  return high;
}

function qlSweep(
  d: Float64Array,
  e: Float64Array,
  rows: readonly Float64Array[],
  low: number,
  high: number,
): void {
  const half = (at(d, low + 1) - at(d, low)) / (2 * at(e, low));
  const root = norm([half, 1]);
  let g = at(d, high) - at(d, low) + at(e, low) / (half + (half >= 0 ? root : -root));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let i = high - 1; i >= low; i--) {
    const coupling = at(e, i);
    const f = sine * coupling;
    const b = cosine * coupling;
    const r = norm([f, g]);
    e[i + 1] = r;
    if (r === 0) {
      // The matrix has split: undo the pending shift and let the next sweep see the two parts.
      addAt(d, i + 1, -shift);
      e[high] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = at(d, i + 1) - shift;
    const turn = (at(d, i) - g) * sine + 2 * cosine * b;
    shift = sine * turn;
    d[i + 1] = g + shift;
    g = cosine * turn - b;
    for (const z of rows) {
      const here = at(z, i);
      const next = at(z, i + 1);
      z[i + 1] = sine * here + cosine * next;
      z[i] = cosine * here - sine * next;
    }
  }
  addAt(d, low, -shift);
  e[low] = g;
  e[high] = 0;
}

/** Matrices whose numbers are all smaller count as 0. */
const LEAST_PIVOT = 1e-200;
/** Solutions of inverse iteration: from a start that is no worse than most, two reach rounding. */
const SOLUTIONS = 3;

/**
 * The eigenvector of a symmetric tridiagonal matrix [n, n] to a known eigenvalue, of unit length, by inverse iteration: O(n) numbers and
 * operations. Where others lie within rounding of the eigenvalue it is one of the space that they share. `offDiagonal` is as in
 * {@link tridiagonalEigen}.
 */
export function tridiagonalVector(
  diagonal: ArrayLike<number>,
  offDiagonal: ArrayLike<number>,
  value: number,
): Float64Array {
  const n = diagonal.length;
  const factors = factor(diagonal, offDiagonal, value);
  const x = Float64Array.from({ length: n }, (_, i) => 1 + ((i * i * 0.6180339887498949) % 1));
  for (let solution = 0; solution < SOLUTIONS; solution++) {
    solve(factors, x);
    const length = norm(x);
    for (let i = 0; i < n; i++) x[i] = at(x, i) / length;
  }
  return x;
}

/** Triangular factors of a shifted tridiagonal matrix, with rows exchanged where that keeps them small. */
interface Factors {
  /** Diagonals of the upper factor: the main one and the two above. */
  readonly main: Float64Array;
  readonly above: Float64Array;
  readonly second: Float64Array;
  /** What of row i is taken from the next one, and whether the two were exchanged first. */
  readonly taken: Float64Array;
  readonly exchanged: Uint8Array;
}

function factor(
  diagonal: ArrayLike<number>,
  offDiagonal: ArrayLike<number>,
  value: number,
): Factors {
  const n = diagonal.length;
  const main = Float64Array.from(diagonal, (x) => x - value);
  const above = Float64Array.from({ length: n }, (_, i) => (i < n - 1 ? offDiagonal[i]! : 0));
  const below = above.slice();
  const second = new Float64Array(n);
  const taken = new Float64Array(n);
  const exchanged = new Uint8Array(n);
  const scale = main.reduce((most, x, i) => Math.max(most, Math.abs(x), Math.abs(at(above, i))), 0);
  // In place of a pivot of 0, which an eigenvalue has; not so small that it could not be divided by.
  const least = Math.max(Number.EPSILON * scale, LEAST_PIVOT);
  for (let i = 0; i < n; i++) {
    if (i < n - 1 && Math.abs(at(below, i)) > Math.max(least, Math.abs(at(main, i)))) {
      exchanged[i] = 1;
      taken[i] = at(main, i) / at(below, i);
      const [a, b] = [at(above, i), at(main, i + 1)];
      main[i] = at(below, i);
      above[i] = b;
      second[i] = at(above, i + 1);
      main[i + 1] = a - at(taken, i) * b;
      above[i + 1] = -at(taken, i) * at(second, i);
      continue;
    }
    if (Math.abs(at(main, i)) < least) main[i] = least;
    if (i === n - 1) break;
    taken[i] = at(below, i) / at(main, i);
    main[i + 1] = at(main, i + 1) - at(taken, i) * at(above, i);
  }
  return { main, above, second, taken, exchanged };
}

function solve({ main, above, second, taken, exchanged }: Factors, x: Float64Array): void {
  const n = x.length;
  for (let i = 0; i < n - 1; i++) {
    const [here, next] = exchanged[i] ? [at(x, i + 1), at(x, i)] : [at(x, i), at(x, i + 1)];
    x[i] = here;
    x[i + 1] = next - at(taken, i) * here;
  }
  for (let i = n - 1; i >= 0; i--) {
    let rest = at(x, i);
    if (i < n - 1) rest -= at(above, i) * at(x, i + 1);
    if (i < n - 2) rest -= at(second, i) * at(x, i + 2);
    x[i] = rest / at(main, i);
  }
}

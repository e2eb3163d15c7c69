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

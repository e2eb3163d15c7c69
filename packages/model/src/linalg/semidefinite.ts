import { type NDArray, zeros } from '../ndarray.ts';
import { entry, matrixSize, row } from './rows.ts';
import { at, dotAt } from './vectors.ts';

/**
 * F with F Fᵀ = `matrix`, symmetric, positive semidefinite to rounding, [n, n]: the Cholesky factor with pivots, its rows in
 * the order of the matrix. The next pivot is the largest remainder relative to its diagonal entry, the first of equals.
 * It ends where all remainders are at most `cut` of theirs, so that entry (p, q) of what is left out is at most
 * cut·√(matrix_pp matrix_qq). Columns of F from there on are zero.
 */
export function semidefiniteFactor(matrix: NDArray, cut: number): NDArray {
  const { rows: n } = matrixSize(matrix);
  const factor = zeros([n, n]);
  const whole = Float64Array.from({ length: n }, (_, i) => entry(matrix, i, i));
  const left = whole.slice();
  const open = new Set(whole.keys());
  for (let rank = 0; rank < n; rank++) {
    const pivot = choosePivot(open, left, whole, cut);
    if (pivot < 0) break;
    open.delete(pivot);
    const root = Math.sqrt(at(left, pivot));
    row(factor, pivot)[rank] = root;
    for (const i of open) {
      const rest =
        entry(matrix, i, pivot) - dotAt(factor.data, i * n, factor.data, pivot * n, rank);
      const along = rest / root;
      row(factor, i)[rank] = along;
      left[i] = at(left, i) - along * along;
    }
  }
  return factor;
}

function choosePivot(
  open: ReadonlySet<number>,
  left: Float64Array,
  whole: Float64Array,
  cut: number,
): number {
  let pivot = -1;
  let most = cut;
  for (const i of open) {
    const share = at(left, i) / at(whole, i);
    if (share > most) {
      most = share;
      pivot = i;
    }
  }
  return pivot;
}

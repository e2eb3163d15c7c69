import type { NDArray } from '../ndarray.ts';
import { matrixSize } from './rows.ts';
import { at, axpyAt, dotAt } from './vectors.ts';

/**
 * The x with (matrix + shift·I) x = rhs, for a symmetric `matrix` [n, n] of which the lower triangle is read. Undefined
 * unless matrix + shift·I is positive definite to rounding. O(n³/6) multiplications.
 */
export function solvePositive(
  matrix: NDArray,
  shift: number,
  rhs: ArrayLike<number>,
): Float64Array | undefined {
  const { rows: n } = matrixSize(matrix);
  const factor = matrix.data.slice();
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      const rest = at(factor, row + j) - dotAt(factor, row, factor, j * n, j);
      factor[row + j] = rest / at(factor, j * n + j);
    }
    const pivot = at(factor, row + i) + shift - dotAt(factor, row, factor, row, i);
    if (!(pivot > 0)) return undefined;
    factor[row + i] = Math.sqrt(pivot);
  }
  const x = Float64Array.from(rhs);
  for (let i = 0; i < n; i++) {
    x[i] = (at(x, i) - dotAt(factor, i * n, x, 0, i)) / at(factor, i * n + i);
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = at(x, i) / at(factor, i * n + i);
    x[i] = value;
    axpyAt(-value, factor, i * n, x, 0, i);
  }
  return x;
}

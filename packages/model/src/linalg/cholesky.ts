import type { NDArray } from '../ndarray.ts';
import { matrixSize } from './rows.ts';
import { axpyAt, dotAt } from './vectors.ts';

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
  const at = (i: number, j: number) => factor[i * n + j]!;
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      const rest = at(i, j) - dotAt(factor, row, factor, j * n, j);
      factor[row + j] = rest / at(j, j);
    }
    const pivot = at(i, i) + shift - dotAt(factor, row, factor, row, i);
    if (!(pivot > 0)) return undefined;
    factor[row + i] = Math.sqrt(pivot);
  }
  const x = Float64Array.from(rhs);
  for (let i = 0; i < n; i++) {
    x[i] = (x[i]! - dotAt(factor, i * n, x, 0, i)) / at(i, i);
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = x[i]! / at(i, i);
    x[i] = value;
    axpyAt(-value, factor, i * n, x, 0, i);
  }
  return x;
}

import { type NDArray, zeros } from '../ndarray.ts';
import { normAt } from './norm.ts';
import { addAt, dotAt, writeTwoDots } from './vectors.ts';

/** Number of rows and of columns of a matrix or, as one column, of a vector. */
export function matrixSize(array: NDArray): { rows: number; columns: number } {
  const rows = array.shape[0] ?? 1;
  return { rows, columns: rows === 0 ? 0 : array.data.length / rows };
}

/** The number in row `i` and column `j` of a matrix; nothing is checked. */
export function entry(matrix: NDArray, i: number, j: number): number {
  return matrix.data[i * matrix.shape[1]! + j]!;
}

/** Adds `value` to the number in row `i` and column `j` of a matrix; nothing is checked. */
export function addEntry(matrix: NDArray, i: number, j: number, value: number): void {
  addAt(matrix.data, i * matrix.shape[1]! + j, value);
}

/** Row `i` as a view: writing to it writes to the array. */
export function row(array: NDArray, i: number): Float64Array {
  const { columns } = matrixSize(array);
  return array.data.subarray(i * columns, (i + 1) * columns);
}

/** The lengths of the rows, [rows]. */
export function rowNorms(array: NDArray): Float64Array {
  const { rows, columns } = matrixSize(array);
  return Float64Array.from({ length: rows }, (_, i) => normAt(array.data, i * columns, columns));
}

/** The chosen rows, copied, in the order given. Works on vectors too. */
export function takeRows(array: NDArray, rows: readonly number[]): NDArray {
  const { columns } = matrixSize(array);
  const result = zeros([rows.length, ...array.shape.slice(1)]);
  rows.forEach((source, target) => {
    result.data.set(row(array, source), target * columns);
  });
  return result;
}

/** A·Bᵀ for A of shape [m, d] and B of shape [k, d]: all inner products of rows, [m, k]. */
export function rowProducts(a: NDArray, b: NDArray): NDArray {
  const { rows: m, columns: d } = matrixSize(a);
  const { rows: k } = matrixSize(b);
  const result = zeros([m, k]);
  const { data } = result;
  for (let i = 0; i < m; i++) {
    let j = 0;
    for (; j + 1 < k; j += 2) writeTwoDots(a.data, i * d, b.data, j * d, d, data, i * k + j);
    if (j < k) data[i * k + j] = dotAt(a.data, i * d, b.data, j * d, d);
  }
  return result;
}

/** A·x for A of shape [m, n] and x of n numbers. */
export function timesVector(matrix: NDArray, x: Float64Array): Float64Array {
  const { rows, columns } = matrixSize(matrix);
  return Float64Array.from({ length: rows }, (_, i) =>
    dotAt(matrix.data, i * columns, x, 0, columns),
  );
}

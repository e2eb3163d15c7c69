import { ShapeError } from './errors.ts';

/** A dense float64 array in row-major order. `data.length` is the product of `shape`. */
export interface NDArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Wraps `data` (not copied when it is a Float64Array) as an array of `shape`. Throws {@link ShapeError}. */
export function ndarray(shape: readonly number[], data: ArrayLike<number>): NDArray {
  const expected = sizeOf(shape);
  if (data.length !== expected) {
    throw new ShapeError(`needs ${expected} numbers for shape [${shape.join(', ')}]`, {
      field: 'data',
      value: data.length,
      remedy: 'Give as many numbers as the product of the shape.',
    });
  }
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** An array of `shape` filled with zeros. */
export function zeros(shape: readonly number[]): NDArray {
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

/** Number of elements of an array of `shape`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Number of rows and of columns of a matrix or, as one column, of a vector. */
export function matrixSize(array: NDArray): { rows: number; columns: number } {
  const rows = array.shape[0] ?? 1;
  return { rows, columns: rows === 0 ? 0 : array.data.length / rows };
}

/** Row `i` as a view: writing to it writes to the array. */
export function row(array: NDArray, i: number): Float64Array {
  const { columns } = matrixSize(array);
  return array.data.subarray(i * columns, (i + 1) * columns);
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
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < k; j++) result.data[i * k + j] = dotAt(a.data, i * d, b.data, j * d, d);
  }
  return result;
}

/** Inner product of `length` numbers of `a` from `aStart` with those of `b` from `bStart`. */
export function dotAt(
  a: ArrayLike<number>,
  aStart: number,
  b: ArrayLike<number>,
  bStart: number,
  length: number,
): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += a[aStart + i]! * b[bStart + i]!;
    s1 += a[aStart + i + 1]! * b[bStart + i + 1]!;
    s2 += a[aStart + i + 2]! * b[bStart + i + 2]!;
    s3 += a[aStart + i + 3]! * b[bStart + i + 3]!;
  }
  for (; i < length; i++) s0 += a[aStart + i]! * b[bStart + i]!;
  return s0 + s1 + (s2 + s3);
}

/** Inner product of two vectors of the same length. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return dotAt(a, 0, b, 0, a.length);
}

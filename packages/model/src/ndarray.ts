import { ShapeError, ValueError } from './errors.ts';

/** A dense float64 array in row-major order. `data.length` is the product of `shape`. */
export interface NDArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * Wraps `data` (not copied when it is a Float64Array) as an array of `shape`. Throws {@link ShapeError} for a shape that is
 * none or does not fit, {@link ValueError} for data that are not numbers.
 */
export function ndarray(shape: readonly number[], data: ArrayLike<number>): NDArray {
  checkShape(shape);
  const expected = sizeOf(shape);
  if (data?.length !== expected) {
    throw new ShapeError(`needs ${expected} numbers for shape [${shape.join(', ')}]`, {
      field: 'data',
      value: data?.length,
      remedy: 'Give as many numbers as the product of the shape.',
    });
  }
  return { shape, data: data instanceof Float64Array ? data : copyNumbers(data) };
}

function copyNumbers(data: ArrayLike<number>): Float64Array {
  const copy = allocate([data.length]);
  for (let i = 0; i < copy.length; i++) {
    const value: unknown = data[i];
    if (typeof value !== 'number') {
      const remedy = 'Give numbers; Number() reads texts.';
      throw new ValueError('must be a number', { field: `data[${i}]`, value, remedy });
    }
    copy[i] = value;
  }
  return copy;
}

/** An array of `shape` filled with zeros. Throws what {@link allocate} throws. */
export function zeros(shape: readonly number[]): NDArray {
  return { shape, data: allocate(shape) };
}

/**
 * As many zeros as an array of `shape` has elements. Throws {@link ShapeError} for a shape that is none,
 * {@link ValueError} for one that does not fit in memory: where sizes come from users, allocate with this.
 */
export function allocate(shape: readonly number[]): Float64Array<ArrayBuffer> {
  checkShape(shape);
  try {
    return new Float64Array(sizeOf(shape));
  } catch (cause) {
    throw new ValueError(
      `asks for ${sizeOf(shape)} numbers, which do not fit in memory`,
      {
        field: 'shape',
        value: [...shape],
        remedy: 'Use a smaller inputDim, fewer experts, or fewer points at a time.',
      },
      { cause },
    );
  }
}

/** Whether `value` is a list of whole numbers ≥ 0. */
export function isWholeNumbers(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((n) => Number.isSafeInteger(n) && n >= 0 && !Object.is(n, -0))
  );
}

function checkShape(shape: readonly number[]): void {
  if (isWholeNumbers(shape)) return;
  const remedy = 'Give the number of elements along each axis, such as [rows, columns].';
  throw new ShapeError('must be a list of whole numbers', { field: 'shape', value: shape, remedy });
}

/** Throws {@link ShapeError} unless `array` is a float64 array with a shape, whether or not the two fit together. */
export function requireArray(field: string, array: NDArray): void {
  if (array?.data instanceof Float64Array && Array.isArray(array.shape)) return;
  throw new ShapeError('must be an array of numbers with its shape', {
    field,
    value: array,
    remedy: 'Give { shape: number[], data: Float64Array }; the function ndarray makes one.',
  });
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

/**
 * Inner product of `length` numbers of `a` from `aStart` with those of `b` from `bStart`; nothing is checked.
 *
 * @internal
 */
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

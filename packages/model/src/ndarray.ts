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

import { dotAt } from './vectors.ts';

/** A sum of squares between these numbers has lost nothing to underflow or overflow. */
const LEAST_SQUARE = 1e-280;
const MOST_SQUARE = 1e280;

/** Powers of two that bring any number with a square outside of that range into it: multiplying by them is exact. */
const UP: number = 2 ** 600;
const DOWN: number = 2 ** -600;

/**
 * Euclidean length of the `length` numbers of `x` from `start`, right to rounding wherever it is a float64 number: squares
 * that would underflow or overflow are taken of scaled numbers. Infinity where the length itself is beyond float64.
 */
export function normAt(x: ArrayLike<number>, start: number, length: number): number {
  const square = dotAt(x, start, x, start, length);
  const scale = scaleFor(square);
  if (scale === 1) return Math.sqrt(square);
  let sum = 0;
  for (let i = start; i < start + length; i++) sum += (scale * x[i]!) ** 2;
  return Math.sqrt(sum) / scale;
}

/** Euclidean length of a vector, right to rounding at every scale: {@link normAt} of all its numbers. */
export function norm(x: ArrayLike<number>): number {
  return normAt(x, 0, x.length);
}

/** The power of two (1 as a rule) that takes the length of `x` far from both ends of float64; of zeros any. */
export function scaleOf(x: ArrayLike<number>): number {
  return scaleFor(dotAt(x, 0, x, 0, x.length));
}

/**
 * Multiplies the `length` numbers of `x` from `start`, in place, by the power of two (1 as a rule) that takes their length
 * far from both ends of float64, and returns that length: dividing by it gives the direction of any vector but 0. 0 for
 * zeros, NaN or Infinity where a number is not finite.
 */
export function rescaleAt(x: Float64Array, start: number, length: number): number {
  const square = dotAt(x, start, x, start, length);
  const scale = scaleFor(square);
  if (scale === 1) return Math.sqrt(square);
  for (let i = start; i < start + length; i++) x[i] = scale * x[i]!;
  return normAt(x, start, length);
}

/** The root of `square`, a sum of squares, where that has lost nothing; else the length of a vector with those `parts`. */
export function rootOfSquares(square: number, parts: () => readonly number[]): number {
  return scaleFor(square) === 1 ? Math.sqrt(square) : norm(parts());
}

/** √(a·b) for a, b ≥ 0, right to rounding where the product is no float64 number. */
export function rootOfProduct(a: number, b: number): number {
  const product = a * b;
  return scaleFor(product) === 1 ? Math.sqrt(product) : Math.sqrt(a) * Math.sqrt(b);
}

function scaleFor(square: number): number {
  if (square < LEAST_SQUARE) return UP;
  return square > MOST_SQUARE ? DOWN : 1;
}

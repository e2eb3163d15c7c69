import { add, type Interval, interval, powerOfTwo, root, up } from './interval.ts';

const UNIT: number = Number.EPSILON / 2;
const SPLITTER = 134217729;
/** What one product may lose by underflow, generously. */
const UNDERFLOW: number = powerOfTwo(-1060);

/** A bound on n·u/(1 − n·u), the relative error of n roundings, for n below 2⁴⁰. */
export function gamma(n: number): number {
  return up(up(n * UNIT) * (1 + 1 / 4096));
}

/**
 * Encloses x·y of two vectors with entries of at most about 1 by the twofold precise product of T. Ogita, S. M. Rump and
 * S. Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005): for n entries the result is wrong by at most
 * u|x·y| + γ_n²·Σ|x_i y_i| and what underflows.
 */
export function enclosedDot(x: ArrayLike<number>, y: ArrayLike<number>): Interval {
  const n = x.length;
  let sum = 0;
  let correction = 0;
  let size = 0;
  for (let i = 0; i < n; i++) {
    const a = x[i] ?? 0;
    const b = y[i] ?? 0;
    const product = a * b;
    const ca = SPLITTER * a;
    const aHigh = ca - (ca - a);
    const aLow = a - aHigh;
    const cb = SPLITTER * b;
    const bHigh = cb - (cb - b);
    const bLow = b - bHigh;
    const productError = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
    const next = sum + product;
    const z = next - sum;
    const sumError = sum - (next - z) + (product - z);
    sum = next;
    correction += productError + sumError;
    size += Math.abs(product);
  }
  const rounded = gamma(n + 2);
  const radius = up(up(rounded * rounded) * up(size * (1 + rounded)) + n * UNDERFLOW);
  const value = add(interval(sum), interval(correction));
  return add(value, interval(-radius, radius));
}

/** A bound on the Euclidean length of a vector. */
export function lengthBound(x: ArrayLike<number>): number {
  let square = 0;
  for (let i = 0; i < x.length; i++) {
    const entry = x[i] ?? 0;
    square = up(square + up(entry * entry));
  }
  return root(interval(0, square)).hi;
}

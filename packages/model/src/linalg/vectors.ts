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

/** y += scale·x in place, for two vectors of the same length. */
export function axpy(scale: number, x: ArrayLike<number>, y: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] = y[i]! + scale * x[i]!;
}

/** y += scale·x in place for `length` numbers of `x` from `xStart` and of `y` from `yStart`; nothing is checked. */
export function axpyAt(
  scale: number,
  x: Float64Array,
  xStart: number,
  y: Float64Array,
  yStart: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) y[yStart + i] = y[yStart + i]! + scale * x[xStart + i]!;
}

/** Adds `value` to the number at `at` of `array`. */
export function addAt(array: Float64Array, at: number, value: number): void {
  array[at] = array[at]! + value;
}

/** Euclidean length of a vector. */
export function norm(x: ArrayLike<number>): number {
  return Math.sqrt(dot(x, x));
}

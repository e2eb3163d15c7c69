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

/**
 * Inner products of `length` numbers of `a` from `aStart` with those of `b` from `bStart` and with the ones that follow these,
 * written to `out` at `target` and `target` + 1: in one pass, to the bits of {@link dotAt}.
 *
 * @internal
 */
export function writeTwoDots(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  length: number,
  out: Float64Array,
  target: number,
): void {
  const cStart = bStart + length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let t0 = 0;
  let t1 = 0;
  let t2 = 0;
  let t3 = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    const w = at(a, aStart + i);
    const x = at(a, aStart + i + 1);
    const y = at(a, aStart + i + 2);
    const z = at(a, aStart + i + 3);
    s0 += w * at(b, bStart + i);
    s1 += x * at(b, bStart + i + 1);
    s2 += y * at(b, bStart + i + 2);
    s3 += z * at(b, bStart + i + 3);
    t0 += w * at(b, cStart + i);
    t1 += x * at(b, cStart + i + 1);
    t2 += y * at(b, cStart + i + 2);
    t3 += z * at(b, cStart + i + 3);
  }
  for (; i < length; i++) {
    s0 += at(a, aStart + i) * at(b, bStart + i);
    t0 += at(a, aStart + i) * at(b, cStart + i);
  }
  out[target] = s0 + s1 + (s2 + s3);
  out[target + 1] = t0 + t1 + (t2 + t3);
}

/** Inner product of two vectors of the same length. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return dotAt(a, 0, b, 0, a.length);
}

/** y += scale·x in place, for two vectors of the same length. */
export function axpy(scale: number, x: Float64Array, y: Float64Array): void {
  axpyAt(scale, x, 0, y, 0, y.length);
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

/** y = scale·x in place for `length` numbers of `x` from `xStart` and of `y` from `yStart`; nothing is checked. */
export function scaleAt(
  scale: number,
  x: Float64Array,
  xStart: number,
  y: Float64Array,
  yStart: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) y[yStart + i] = scale * x[xStart + i]!;
}

/** x *= factor in place. */
export function scale(factor: number, x: Float64Array): void {
  scaleAt(factor, x, 0, x, 0, x.length);
}

/** x − y of two vectors of the same length, as a new one. */
export function difference(x: Float64Array, y: Float64Array): Float64Array {
  const result = x.slice();
  axpy(-1, y, result);
  return result;
}

/** x_i·y_i of two vectors of the same length, as a new one. */
export function product(x: Float64Array, y: Float64Array): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < result.length; i++) result[i] = x[i]! * y[i]!;
  return result;
}

/** Σ_i weights[i]·vectors[i] of vectors of `length` numbers, as a new one. */
export function combination(
  weights: ArrayLike<number>,
  vectors: readonly Float64Array[],
  length: number,
): Float64Array {
  const sum = new Float64Array(length);
  vectors.forEach((vector, i) => {
    axpy(weights[i]!, vector, sum);
  });
  return sum;
}

/** A multiple of a vector. */
interface Multiple {
  readonly scale: number;
  readonly vector: Float64Array;
}

/**
 * y += Σ scale·vector in place, one multiple after the other, for `length` numbers of the vectors from `xStart` and of `y` from
 * `yStart`; nothing is checked. Two share a pass over `y`, which rounds as a pass each does.
 */
export function addMultiplesAt(
  multiples: readonly Multiple[],
  xStart: number,
  y: Float64Array,
  yStart: number,
  length: number,
): void {
  let waiting: Multiple | undefined;
  for (const next of multiples) {
    if (waiting) axpyTwiceAt(waiting, next, xStart, y, yStart, length);
    waiting = waiting ? undefined : next;
  }
  if (waiting) axpyAt(waiting.scale, waiting.vector, xStart, y, yStart, length);
}

function axpyTwiceAt(
  { scale: p, vector: x }: Multiple,
  { scale: q, vector: z }: Multiple,
  xStart: number,
  y: Float64Array,
  yStart: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    y[yStart + i] = at(y, yStart + i) + p * at(x, xStart + i) + q * at(z, xStart + i);
  }
}

/** The number at `i` of `array`; nothing is checked. */
export function at(array: Float64Array, i: number): number {
  return array[i]!;
}

/** Adds `value` to the number at `at` of `array`. */
export function addAt(array: Float64Array, at: number, value: number): void {
  array[at] = array[at]! + value;
}

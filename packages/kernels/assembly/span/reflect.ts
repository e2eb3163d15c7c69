// Householder reflections, I − u uᵀ, on four rows at a time, so that u is loaded once for all of them. Rows and u begin at
// a whole panel and end with one; what u does not reach it holds zeros for.

import { madd, madd64, zeros } from '../simd';

/** x −= u (u·x) on four rows of float64, `stride` bytes apart, of `bytes` bytes each, a multiple of 32. */
export function reflectFour64(u: usize, x: usize, stride: usize, bytes: usize): void {
  let a0 = zeros(), a1 = zeros(), b0 = zeros(), b1 = zeros();
  let c0 = zeros(), c1 = zeros(), d0 = zeros(), d1 = zeros();
  const xb = x + stride;
  const xc = xb + stride;
  const xd = xc + stride;
  let at: usize = 0;
  do {
    const u0 = v128.load(u + at);
    const u1 = v128.load(u + at, 16);
    a0 = madd64(u0, v128.load(x + at), a0);
    a1 = madd64(u1, v128.load(x + at, 16), a1);
    b0 = madd64(u0, v128.load(xb + at), b0);
    b1 = madd64(u1, v128.load(xb + at, 16), b1);
    c0 = madd64(u0, v128.load(xc + at), c0);
    c1 = madd64(u1, v128.load(xc + at, 16), c1);
    d0 = madd64(u0, v128.load(xd + at), d0);
    d1 = madd64(u1, v128.load(xd + at, 16), d1);
    at += 32;
  } while (at < bytes);
  const a = minusSum64(a0, a1);
  const b = minusSum64(b0, b1);
  const c = minusSum64(c0, c1);
  const d = minusSum64(d0, d1);
  at = 0;
  do {
    const w = v128.load(u + at);
    v128.store(x + at, madd64(a, w, v128.load(x + at)));
    v128.store(xb + at, madd64(b, w, v128.load(xb + at)));
    v128.store(xc + at, madd64(c, w, v128.load(xc + at)));
    v128.store(xd + at, madd64(d, w, v128.load(xd + at)));
    at += 16;
  } while (at < bytes);
}

/** x −= u (u·x) on four rows of float32, `stride` bytes apart, of `bytes` bytes each, a multiple of 32. */
export function reflectFour(u: usize, x: usize, stride: usize, bytes: usize): void {
  let a0 = zeros(), a1 = zeros(), b0 = zeros(), b1 = zeros();
  let c0 = zeros(), c1 = zeros(), d0 = zeros(), d1 = zeros();
  const xb = x + stride;
  const xc = xb + stride;
  const xd = xc + stride;
  let at: usize = 0;
  do {
    const u0 = v128.load(u + at);
    const u1 = v128.load(u + at, 16);
    a0 = madd(u0, v128.load(x + at), a0);
    a1 = madd(u1, v128.load(x + at, 16), a1);
    b0 = madd(u0, v128.load(xb + at), b0);
    b1 = madd(u1, v128.load(xb + at, 16), b1);
    c0 = madd(u0, v128.load(xc + at), c0);
    c1 = madd(u1, v128.load(xc + at, 16), c1);
    d0 = madd(u0, v128.load(xd + at), d0);
    d1 = madd(u1, v128.load(xd + at, 16), d1);
    at += 32;
  } while (at < bytes);
  const a = minusSum(a0, a1);
  const b = minusSum(b0, b1);
  const c = minusSum(c0, c1);
  const d = minusSum(d0, d1);
  at = 0;
  do {
    const w = v128.load(u + at);
    v128.store(x + at, madd(a, w, v128.load(x + at)));
    v128.store(xb + at, madd(b, w, v128.load(xb + at)));
    v128.store(xc + at, madd(c, w, v128.load(xc + at)));
    v128.store(xd + at, madd(d, w, v128.load(xd + at)));
    at += 16;
  } while (at < bytes);
}

/** Sum of the squares of float64 numbers, `bytes` a multiple of 32. */
export function squares64(x: usize, bytes: usize): f64 {
  let low = zeros();
  let high = zeros();
  const end = x + bytes;
  do {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    low = madd64(x0, x0, low);
    high = madd64(x1, x1, high);
    x += 32;
  } while (x < end);
  return -f64x2.extract_lane(minusSum64(low, high), 0);
}

/** The negative sum of all lanes, in every lane. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function minusSum64(low: v128, high: v128): v128 {
  const sum = f64x2.add(low, high);
  return f64x2.neg(f64x2.add(sum, i64x2.shuffle(sum, sum, 1, 0)));
}

/** The negative sum of all lanes, in every lane. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function minusSum(low: v128, high: v128): v128 {
  const sum = f32x4.add(low, high);
  const pairs = f32x4.add(sum, i32x4.shuffle(sum, sum, 2, 3, 0, 1));
  return f32x4.neg(f32x4.add(pairs, i32x4.shuffle(pairs, pairs, 1, 0, 3, 2)));
}

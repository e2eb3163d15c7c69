// The probit gate Φ and the expert gelu(z) = z·Φ(z). The upper tail is Q(t) = φ(t)·R(t), t = |z|, with Mills' ratio R as
// s·(polynomial in s), s = 1/(1 + 0.35 t), to a relative 3e-8 for t ≤ 14.

import { exponentials } from './exponential';
import { constant, madd, select, signMask, word } from './simd';

/** Φ(z) and its density φ(z). */
export function probit(z: usize, slope: usize, bytes: usize): void {
  halfSquares(z, slope, bytes);
  exponentials(slope, slope, bytes);
  fromExponentials(z, slope, bytes, false);
}

/** z·Φ(z) and Φ(z) + z·φ(z). */
export function gelu(z: usize, slope: usize, bytes: usize): void {
  halfSquares(z, slope, bytes);
  exponentials(slope, slope, bytes);
  fromExponentials(z, slope, bytes, true);
}

/** y = z²/2. */
function halfSquares(z: usize, y: usize, bytes: usize): void {
  const half = constant(0.5);
  const end = z + bytes;
  do {
    const x = v128.load(z);
    v128.store(y, f32x4.mul(f32x4.mul(x, x), half));
    z += 16;
    y += 16;
  } while (z < end);
}

/** From z and e^(−z²/2): Φ and φ, or z·Φ and Φ + z·φ, where z is cut to what is finite so that 0 times it is 0. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function fromExponentials(z: usize, slope: usize, bytes: usize, gelu: bool): void {
  const lowest = constant(-f32.MAX_VALUE);
  const highest = constant(f32.MAX_VALUE);
  const sign = word(0x80000000);
  const one = constant(1);
  const density = constant(0.3989422804014327);
  const rate = constant(0.35);
  const m0 = constant(0.3499789535999298);
  const m1 = constant(0.35058170557022095);
  const m2 = constant(0.3003765046596527);
  const m3 = constant(0.264469176530838);
  const m4 = constant(-0.05792732164263725);
  const m5 = constant(0.39898979663848877);
  const m6 = constant(-0.6409800052642822);
  const m7 = constant(0.3608832359313965);
  const m8 = constant(-0.07305795699357986);
  const end = z + bytes;
  do {
    const x = v128.load(z);
    const phi = f32x4.mul(v128.load(slope), density);
    const s = f32x4.div(one, madd(v128.andnot(x, sign), rate, one));
    let p = madd(madd(m8, s, m7), s, m6);
    p = madd(madd(p, s, m5), s, m4);
    p = madd(madd(p, s, m3), s, m2);
    p = madd(madd(p, s, m1), s, m0);
    const tail = f32x4.mul(f32x4.mul(p, s), phi);
    const value = select(signMask(x), tail, f32x4.sub(one, tail));
    if (gelu) {
      const factor = f32x4.pmax(x, lowest);
      v128.store(z, f32x4.mul(factor, value));
      v128.store(slope, madd(f32x4.pmin(factor, highest), phi, value));
    } else {
      v128.store(z, value);
      v128.store(slope, phi);
    }
    z += 16;
    slope += 16;
  } while (z < end);
}

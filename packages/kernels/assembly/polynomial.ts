// Experts that are polynomials, and relu. Degrees 2 and 3 have passes of their own. The higher ones cancel near their
// zeros more digits than float32 has, so they are evaluated in float64, two lanes at a time.

import { constant, madd, madd64, zeros } from './simd';

/** z and 1. */
export function linear(z: usize, slope: usize, bytes: usize): void {
  const one = constant(1);
  const end = slope + bytes;
  do {
    v128.store(slope, one);
    slope += 16;
  } while (slope < end);
}

/** max(z, 0) and its derivative, 0 at 0. */
export function relu(z: usize, slope: usize, bytes: usize): void {
  const one = constant(1);
  const end = z + bytes;
  do {
    const x = v128.load(z);
    v128.store(z, f32x4.pmax(x, zeros()));
    v128.store(slope, v128.and(f32x4.gt(x, zeros()), one));
    z += 16;
    slope += 16;
  } while (z < end);
}

/** He₂/√2 = (z² − 1)/√2. */
export function hermite2(z: usize, slope: usize, bytes: usize): void {
  const minusOne = constant(-1);
  const scale = constant(0.7071067811865476);
  const twice = constant(1.4142135623730951);
  const end = z + bytes;
  do {
    const x = v128.load(z);
    v128.store(z, f32x4.mul(madd(x, x, minusOne), scale));
    v128.store(slope, f32x4.mul(x, twice));
    z += 16;
    slope += 16;
  } while (z < end);
}

/** He₃/√6 = z·(z² − 3)/√6. */
export function hermite3(z: usize, slope: usize, bytes: usize): void {
  const minusOne = constant(-1);
  const minusThree = constant(-3);
  const scale = constant(0.4082482904638631);
  const thrice = constant(1.2247448713915890);
  const end = z + bytes;
  do {
    const x = v128.load(z);
    v128.store(z, f32x4.mul(madd(x, x, minusThree), f32x4.mul(x, scale)));
    v128.store(slope, f32x4.mul(madd(x, x, minusOne), thrice));
    z += 16;
    slope += 16;
  } while (z < end);
}

/** Σ_j c_j z^j and its derivative from seven float64 coefficients: Horner's scheme, differentiated along. */
export function polynomial(z: usize, slope: usize, bytes: usize, coefficients: usize): void {
  const c0 = v128.load64_splat(coefficients);
  const c1 = v128.load64_splat(coefficients, 8);
  const c2 = v128.load64_splat(coefficients, 16);
  const c3 = v128.load64_splat(coefficients, 24);
  const c4 = v128.load64_splat(coefficients, 32);
  const c5 = v128.load64_splat(coefficients, 40);
  const c6 = v128.load64_splat(coefficients, 48);
  const end = z + bytes;
  do {
    const x = f64x2.promote_low_f32x4(v128.load64_zero(z));
    let value = madd64(c6, x, c5);
    let derivative = madd64(c6, x, value);
    value = madd64(value, x, c4);
    derivative = madd64(derivative, x, value);
    value = madd64(value, x, c3);
    derivative = madd64(derivative, x, value);
    value = madd64(value, x, c2);
    derivative = madd64(derivative, x, value);
    value = madd64(value, x, c1);
    derivative = madd64(derivative, x, value);
    value = madd64(value, x, c0);
    v128.store64_lane(z, f32x4.demote_f64x2_zero(value), 0);
    v128.store64_lane(slope, f32x4.demote_f64x2_zero(derivative), 0);
    z += 8;
    slope += 8;
  } while (z < end);
}

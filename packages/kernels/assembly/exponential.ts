// The exponential that all gates need, e^y of y ≤ 0 on four lanes: y = n·ln 2 + r with n whole and |r| ≤ ½ ln 2, and
// e^y = 2^n·(1 + r + r²·P(r)).
//
// Gates take their exponentials from a pass of its own. A processor works on as many numbers at a time as there is room
// for instructions that wait for others, so two short chains of operations run faster than a long one.

import { constant, madd, word } from './simd';

/** Numbers below this are taken for it. Its n is −127, whose 2^n has the bits of 0, so that e^y is 0 from y = −87.7 down. */
const LOWEST: f32 = -88;
/** 1.5·2²³: in y·log₂e + ROUNDER the low bits are the whole number n nearest to y·log₂e. */
const ROUNDER: f32 = 12582912;

/**
 * target = e^−|z|, to 1e-7 for |z| ≤ 8, and exactly 0 where it would be no normal number: what is multiplied by it, however
 * large, vanishes as it should. The polynomial is good to 3e-9.
 */
export function exponentials(z: usize, target: usize, bytes: usize): void {
  const sign = word(0x80000000);
  const lowest = constant(LOWEST);
  const log2e = constant(1.4426950408889634);
  const rounder = constant(ROUNDER);
  const minusLn2 = constant(-0.6931471805599453);
  const one = constant(1);
  const p0 = constant(0.4999999403953552);
  const p1 = constant(0.1666652113199234);
  const p2 = constant(0.04166838899254799);
  const p3 = constant(0.008368716575205326);
  const p4 = constant(0.0013814597623422742);
  const end = z + bytes;
  do {
    const y = f32x4.pmax(v128.or(v128.load(z), sign), lowest);
    const shifted = madd(y, log2e, rounder);
    const power = i32x4.add(i32x4.shl(shifted, 23), one);
    const r = madd(f32x4.sub(shifted, rounder), minusLn2, y);
    const r2 = f32x4.mul(r, r);
    const p = madd(madd(p4, r2, madd(p3, r, p2)), r2, madd(p1, r, p0));
    v128.store(target, madd(power, madd(p, r2, r), power));
    z += 16;
    target += 16;
  } while (z < end);
}

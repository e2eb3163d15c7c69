// The exponential that all gates need: e^y of y ≤ 0 on four lanes, as a power of two: with t = y·log₂e = n + f, n whole and
// |f| ≤ ½, it is 2^n·2^f.
//
// Gates take their exponentials from a pass of its own. A processor works on as many numbers at a time as there is room
// for instructions that wait for others, so two short chains of operations run faster than a long one.

import { constant, madd, word } from './simd';

/** Smallest t with a normal 2^t: the result stays at about 1e-38 below it. */
const LOWEST: f32 = -126;
/** 1.5·2²³: in t + ROUNDER the low bits are the whole number n nearest to t. */
const ROUNDER: f32 = 12582912;
const LOG2_E: f32 = 1.4426950408889634;

/** target = e^(−factor·|z|). The polynomial is 2^f to a relative 9e-8. */
export function exponentials(z: usize, factor: f32, target: usize, bytes: usize): void {
  const scale = constant(factor * LOG2_E);
  const sign = word(0x80000000);
  const lowest = constant(LOWEST);
  const rounder = constant(ROUNDER);
  const one = constant(1);
  const p1 = constant(0.6931470036506653);
  const p2 = constant(0.24022242426872253);
  const p3 = constant(0.05550733581185341);
  const p4 = constant(0.009671512991189957);
  const p5 = constant(0.001326472731307149);
  const end = z + bytes;
  do {
    const t = f32x4.pmax(v128.or(f32x4.mul(v128.load(z), scale), sign), lowest);
    const shifted = f32x4.add(t, rounder);
    const power = i32x4.add(i32x4.shl(shifted, 23), one);
    const f = f32x4.sub(t, f32x4.sub(shifted, rounder));
    const f2 = f32x4.mul(f, f);
    const high = madd(madd(p5, f, p4), f2, madd(p3, f, p2));
    v128.store(target, f32x4.mul(power, madd(high, f2, madd(p1, f, one))));
    z += 16;
    target += 16;
  } while (z < end);
}

// Gates of the logistic family. Every function in this folder that is called a pass has the same form: `z` holds numbers
// and gets the values f(z) in their place, `slope` gets f′(z), both of `bytes` bytes.

import { exponentials } from './exponential';
import { constant, madd, select, signMask, word } from './simd';

/** 1/(1 + e^−z). With e = e^−|z|, nothing overflows or cancels: g(−|z|) = e/(1 + e) and g′ = e/(1 + e)². */
export function sigmoid(z: usize, slope: usize, bytes: usize): void {
  exponentials(z, slope, bytes);
  const one = constant(1);
  const end = z + bytes;
  do {
    const e = v128.load(slope);
    const right = f32x4.div(one, f32x4.add(one, e));
    const left = f32x4.mul(e, right);
    v128.store(z, select(signMask(v128.load(z)), left, right));
    v128.store(slope, f32x4.mul(left, right));
    z += 16;
    slope += 16;
  } while (z < end);
}

/**
 * With e = e^−2|z|: |tanh z| = (1 − e)/(1 + e) and tanh′ = 4e/(1 + e)². Below ½, where 1 − e loses digits, it is
 * z + z³·P(z²), to a relative 1.5e-8.
 */
export function tanh(z: usize, slope: usize, bytes: usize): void {
  exponentials(z, slope, bytes);
  const one = constant(1);
  const sign = word(0x80000000);
  const quarter = constant(0.25);
  const p0 = constant(-0.333331435918808);
  const p1 = constant(0.13325878977775574);
  const p2 = constant(-0.05304549261927605);
  const p3 = constant(0.01724149100482464);
  const end = z + bytes;
  do {
    const x = v128.load(z);
    const root = v128.load(slope);
    const e = f32x4.mul(root, root);
    const d = f32x4.div(one, f32x4.add(one, e));
    const large = v128.or(f32x4.mul(f32x4.sub(one, e), d), v128.and(x, sign));
    const w = f32x4.mul(x, x);
    const p = madd(madd(madd(p3, w, p2), w, p1), w, p0);
    const small = madd(f32x4.mul(x, w), p, x);
    const twice = f32x4.add(d, d);
    v128.store(z, select(f32x4.lt(w, quarter), small, large));
    v128.store(slope, f32x4.mul(f32x4.mul(e, twice), twice));
    z += 16;
    slope += 16;
  } while (z < end);
}

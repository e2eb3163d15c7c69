// The machine's SIMD peak: a loop of multiply-adds and nothing else, in as many independent chains as fit in registers.

import { madd, madd64 } from '../assembly/simd';

/** 12 · 4 multiply-adds a turn. `seed` has 14 vectors. */
export function peak(turns: i32, seed: usize): void {
  const x = v128.load(seed, 0);
  const y = v128.load(seed, 16);
  let a = v128.load(seed, 32), b = v128.load(seed, 48), c = v128.load(seed, 64);
  let d = v128.load(seed, 80), e = v128.load(seed, 96), f = v128.load(seed, 112);
  let g = v128.load(seed, 128), h = v128.load(seed, 144), i = v128.load(seed, 160);
  let j = v128.load(seed, 176), k = v128.load(seed, 192), l = v128.load(seed, 208);
  do {
    a = madd(a, x, y);
    b = madd(b, x, y);
    c = madd(c, x, y);
    d = madd(d, x, y);
    e = madd(e, x, y);
    f = madd(f, x, y);
    g = madd(g, x, y);
    h = madd(h, x, y);
    i = madd(i, x, y);
    j = madd(j, x, y);
    k = madd(k, x, y);
    l = madd(l, x, y);
  } while (--turns > 0);
  const sum = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(e, f));
  const more = f32x4.add(f32x4.add(f32x4.add(g, h), f32x4.add(i, j)), f32x4.add(k, l));
  v128.store(seed, f32x4.add(sum, more), 32);
}

/** 12 · 2 multiply-adds of float64 a turn. `seed` has 14 vectors. */
export function peak64(turns: i32, seed: usize): void {
  const x = v128.load(seed, 0);
  const y = v128.load(seed, 16);
  let a = v128.load(seed, 32), b = v128.load(seed, 48), c = v128.load(seed, 64);
  let d = v128.load(seed, 80), e = v128.load(seed, 96), f = v128.load(seed, 112);
  let g = v128.load(seed, 128), h = v128.load(seed, 144), i = v128.load(seed, 160);
  let j = v128.load(seed, 176), k = v128.load(seed, 192), l = v128.load(seed, 208);
  do {
    a = madd64(a, x, y);
    b = madd64(b, x, y);
    c = madd64(c, x, y);
    d = madd64(d, x, y);
    e = madd64(e, x, y);
    f = madd64(f, x, y);
    g = madd64(g, x, y);
    h = madd64(h, x, y);
    i = madd64(i, x, y);
    j = madd64(j, x, y);
    k = madd64(k, x, y);
    l = madd64(l, x, y);
  } while (--turns > 0);
  const sum = f64x2.add(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)), f64x2.add(e, f));
  const more = f64x2.add(f64x2.add(f64x2.add(g, h), f64x2.add(i, j)), f64x2.add(k, l));
  v128.store(seed, f64x2.add(sum, more), 32);
}

// Σ_s a_s b_s x_s y_s over points s for pairs (a, b) of some vectors and pairs (x, y) of others, docs/theory.md (70). It is a matrix
// product, with the products of pairs for factors; these lie in strips, four pairs side by side for the first and eight for the
// second, [pairs/4][points][4] and [pairs/8][points][8]. Within a block of points the sums are float32, over the blocks float64.

import { madd } from '../simd';
import { Pairs, Work } from './records';

/** Adds the sums over all blocks for the pairs of `pairs` to `pairs.sums`. */
export function addPairSums(work: Work, pairs: Pairs): void {
  const vector = <usize>work.points << 2;
  let left = work.slopeVectors;
  let right = work.coordinateVectors;
  for (let block = 0; block < work.blocks; block++) {
    packPairs(left, pairs.slopes, pairs.rows, vector, work.slopeStrips, 1);
    packPairs(right, pairs.coordinates, pairs.columns, vector, work.coordinateStrips, 2);
    addProduct(work, pairs);
    left += <usize>work.slopes * vector;
    right += <usize>work.coordinates * vector;
  }
}

/** Products of pairs of vectors of `bytes` each to strips as wide as `groups` of four. */
function packPairs(vectors: usize, places: usize, pairs: i32, bytes: usize, target: usize, groups: usize): void {
  const step = groups << 4;
  for (let first = 0; first < pairs; first += 4) {
    const group = <usize>(first >> 2) % groups;
    packFour(vectors, places, bytes, target + (group << 4), step);
    places += 32;
    if (group + 1 == groups) target += step * (bytes >> 2);
  }
}

/** Four pairs side by side, `step` bytes from one point to the next. */
function packFour(vectors: usize, places: usize, bytes: usize, target: usize, step: usize): void {
  const a0 = place(vectors, places, bytes, 0), b0 = place(vectors, places, bytes, 4);
  const a1 = place(vectors, places, bytes, 8), b1 = place(vectors, places, bytes, 12);
  const a2 = place(vectors, places, bytes, 16), b2 = place(vectors, places, bytes, 20);
  const a3 = place(vectors, places, bytes, 24), b3 = place(vectors, places, bytes, 28);
  for (let at: usize = 0; at < bytes; at += 16) {
    const p0 = f32x4.mul(v128.load(a0 + at), v128.load(b0 + at));
    const p1 = f32x4.mul(v128.load(a1 + at), v128.load(b1 + at));
    const p2 = f32x4.mul(v128.load(a2 + at), v128.load(b2 + at));
    const p3 = f32x4.mul(v128.load(a3 + at), v128.load(b3 + at));
    const low = i32x4.shuffle(p0, p1, 0, 4, 1, 5);
    const high = i32x4.shuffle(p0, p1, 2, 6, 3, 7);
    const lower = i32x4.shuffle(p2, p3, 0, 4, 1, 5);
    const higher = i32x4.shuffle(p2, p3, 2, 6, 3, 7);
    v128.store(target, i32x4.shuffle(low, lower, 0, 1, 4, 5));
    v128.store(target + step, i32x4.shuffle(low, lower, 2, 3, 6, 7));
    v128.store(target + 2 * step, i32x4.shuffle(high, higher, 0, 1, 4, 5));
    v128.store(target + 3 * step, i32x4.shuffle(high, higher, 2, 3, 6, 7));
    target += 4 * step;
  }
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function place(vectors: usize, places: usize, bytes: usize, offset: usize): usize {
  return vectors + <usize>load<i32>(places + offset) * bytes;
}

/** The product of the strips of one block, a tile of four by eight after the other. */
function addProduct(work: Work, pairs: Pairs): void {
  const points = work.points;
  const rowBytes = <usize>pairs.columns << 3;
  let left = work.slopeStrips;
  let row = pairs.sums;
  for (let i = 0; i < pairs.rows; i += 4) {
    let right = work.coordinateStrips;
    for (let j = 0; j < pairs.columns; j += 8) {
      const target = row + (<usize>j << 3);
      if (pairs.width - j > 4) addTile(left, right, points, target, rowBytes);
      else addNarrowTile(left, right, points, target, rowBytes);
      right += <usize>points << 5;
    }
    left += <usize>points << 4;
    row += 4 * rowBytes;
  }
}

/** Four rows (a, b, c, d) by eight columns (0: the first four, 1: the others). */
function addTile(left: usize, right: usize, steps: i32, target: usize, rowBytes: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  const end = left + (<usize>steps << 4);
  do {
    const x0 = v128.load(right);
    const x1 = v128.load(right, 16);
    let s = v128.load32_splat(left);
    a0 = madd(s, x0, a0);
    a1 = madd(s, x1, a1);
    s = v128.load32_splat(left, 4);
    b0 = madd(s, x0, b0);
    b1 = madd(s, x1, b1);
    s = v128.load32_splat(left, 8);
    c0 = madd(s, x0, c0);
    c1 = madd(s, x1, c1);
    s = v128.load32_splat(left, 12);
    d0 = madd(s, x0, d0);
    d1 = madd(s, x1, d1);
    right += 32;
    left += 16;
  } while (left < end);
  addRow(target, a0, a1);
  addRow(target + rowBytes, b0, b1);
  addRow(target + 2 * rowBytes, c0, c1);
  addRow(target + 3 * rowBytes, d0, d1);
}

/** {@link addTile} for a strip of which only the first four columns count. */
function addNarrowTile(left: usize, right: usize, steps: i32, target: usize, rowBytes: usize): void {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  const end = left + (<usize>steps << 4);
  do {
    const x = v128.load(right);
    a = madd(v128.load32_splat(left), x, a);
    b = madd(v128.load32_splat(left, 4), x, b);
    c = madd(v128.load32_splat(left, 8), x, c);
    d = madd(v128.load32_splat(left, 12), x, d);
    right += 32;
    left += 16;
  } while (left < end);
  addFour(target, a);
  addFour(target + rowBytes, b);
  addFour(target + 2 * rowBytes, c);
  addFour(target + 3 * rowBytes, d);
}

/** Adds eight float32 to as many float64. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function addRow(target: usize, low: v128, high: v128): void {
  addFour(target, low);
  addFour(target + 32, high);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function addFour(target: usize, values: v128): void {
  addTwo(target, values);
  addTwo(target + 16, i32x4.shuffle(values, values, 2, 3, 0, 1));
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function addTwo(target: usize, values: v128): void {
  v128.store(target, f64x2.add(v128.load(target), f64x2.promote_low_f32x4(values)));
}

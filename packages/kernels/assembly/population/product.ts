// Matrix products in float64. Both factors lie in strips: four rows side by side, [rows/4][depth][4], so that one step of
// the summed index loads four numbers of either. A tile is 4 × 4 sums in eight vector registers.

import { clear } from '../panels';
import { madd64 } from '../simd';

/** Bytes of one step of a strip: four float64. */
export const STEP_BYTES: usize = 32;
/** Steps of the summed index that are done before the next tile, so that two strips of so many stay in the first cache. */
const DEPTH: i32 = 256;
/** Strips of the first factor that are multiplied with all of the second before the next ones: they stay in the second cache. */
const BLOCK: i32 = 16;

/**
 * c = a·bᵀ for a [4·aStrips, depth] and b [4·bStrips, depth], both in strips; c [4·aStrips, 4·bStrips] row-major with
 * `columns` numbers from one row to the next. With `upper`, tiles below the diagonal are left at 0.
 */
export function multiplyStrips(
  a: usize, aStrips: i32, b: usize, bStrips: i32, depth: i32, c: usize, columns: i32, upper: bool,
): void {
  const stripBytes = <usize>depth * STEP_BYTES;
  const rowBytes = <usize>columns << 3;
  for (let row = 0; row < 4 * aStrips; row++) clear(c + <usize>row * rowBytes, <usize>bStrips * STEP_BYTES);
  for (let start = 0; start < depth; start += DEPTH) {
    const steps = min(DEPTH, depth - start);
    const offset = <usize>start * STEP_BYTES;
    for (let first = 0; first < aStrips; first += BLOCK) {
      const last = min(first + BLOCK, aStrips);
      for (let j = upper ? first : 0; j < bStrips; j++) {
        const end = upper ? min(last, j + 1) : last;
        const right = b + <usize>j * stripBytes + offset;
        for (let i = first; i < end; i++) {
          const target = c + <usize>(4 * i) * rowBytes + <usize>j * STEP_BYTES;
          addTile(a + <usize>i * stripBytes + offset, right, steps, target, rowBytes);
        }
      }
    }
  }
}

/** Four rows (a, b, c, d) by four columns (0: the first two, 1: the others), added to what is there. */
function addTile(left: usize, right: usize, steps: i32, target: usize, rowBytes: usize): void {
  const second = target + rowBytes;
  const third = second + rowBytes;
  const fourth = third + rowBytes;
  let a0 = v128.load(target), a1 = v128.load(target, 16);
  let b0 = v128.load(second), b1 = v128.load(second, 16);
  let c0 = v128.load(third), c1 = v128.load(third, 16);
  let d0 = v128.load(fourth), d1 = v128.load(fourth, 16);
  const end = left + <usize>steps * STEP_BYTES;
  do {
    const x0 = v128.load(right);
    const x1 = v128.load(right, 16);
    let s = v128.load64_splat(left);
    a0 = madd64(s, x0, a0);
    a1 = madd64(s, x1, a1);
    s = v128.load64_splat(left, 8);
    b0 = madd64(s, x0, b0);
    b1 = madd64(s, x1, b1);
    s = v128.load64_splat(left, 16);
    c0 = madd64(s, x0, c0);
    c1 = madd64(s, x1, c1);
    s = v128.load64_splat(left, 24);
    d0 = madd64(s, x0, d0);
    d1 = madd64(s, x1, d1);
    right += STEP_BYTES;
    left += STEP_BYTES;
  } while (left < end);
  v128.store(target, a0);
  v128.store(target, a1, 16);
  v128.store(second, b0);
  v128.store(second, b1, 16);
  v128.store(third, c0);
  v128.store(third, c1, 16);
  v128.store(fourth, d0);
  v128.store(fourth, d1, 16);
}

/** Rows [4·strips, d] four rows at a time: strips [strips][d][4]. */
export function packRowStrips(rows: usize, strips: i32, d: i32, target: usize): void {
  const rowBytes = <usize>d << 3;
  for (; strips > 0; strips--) {
    for (let x = rows, end = rows + rowBytes; x < end; x += 8) {
      store<f64>(target, load<f64>(x));
      store<f64>(target, load<f64>(x + rowBytes), 8);
      store<f64>(target, load<f64>(x + 2 * rowBytes), 16);
      store<f64>(target, load<f64>(x + 3 * rowBytes), 24);
      target += STEP_BYTES;
    }
    rows += 4 * rowBytes;
  }
}

/** Rows first … first + count − 1 of [height, d] four columns at a time: strips [⌈d/4⌉][height][4], zero beyond column d. */
export function packColumnStrips(
  rows: usize, first: i32, count: i32, height: i32, d: i32, target: usize,
): void {
  const stripBytes = <usize>height * STEP_BYTES;
  let row = rows + (<usize>first * <usize>d << 3);
  for (let i = first; i < first + count; i++) {
    let to = target + <usize>i * STEP_BYTES;
    let c = 0;
    for (; c <= d - 4; c += 4) {
      v128.store(to, v128.load(row));
      v128.store(to, v128.load(row, 16), 16);
      row += STEP_BYTES;
      to += stripBytes;
    }
    for (let lane = to; c < d; c++, lane += 8, row += 8) store<f64>(lane, load<f64>(row));
  }
}

// The three matrix products, each a 4 × 8 tile of sums that stays in eight registers while one step of the summed index
// is done per turn of the loop: two vector loads, four broadcasts, eight multiply-adds. Unrolling makes V8 spill, and the
// tiles stay functions of their own for the same reason.

import { GROUP_BYTES, PANEL_BYTES, ROWS_BYTES } from './layout';
import { madd, zeros } from './simd';

/**
 * logits[unit][row] = Σ_c weights[c][unit] · x[row][c] for all units and the first `rows` of a block.
 * x: panels [d/8][64][8]; weights: [units/8][d][8], zero where there is no column; logits: [units][64].
 */
export function multiply(
  x: usize, panels: i32, rows: i32, weights: usize, unitPanels: i32, logits: usize,
): void {
  const weightBytes = <usize>panels * 8 * GROUP_BYTES;
  for (let j = 0; j < unitPanels; j++) {
    for (let row = 0; row < rows; row += 4) {
      multiplyTile(x + <usize>row * GROUP_BYTES, panels, weights, logits + (row << 2));
    }
    weights += weightBytes;
    logits += 8 * ROWS_BYTES;
  }
}

/**
 * {@link multiply} for weights of lower triangular directions: those of units panel j are zero from panel j + 1 of the columns
 * on, and are read no further.
 */
export function multiplyLower(
  x: usize, panels: i32, rows: i32, weights: usize, unitPanels: i32, logits: usize,
): void {
  const weightBytes = <usize>panels * 8 * GROUP_BYTES;
  for (let j = 0; j < unitPanels; j++) {
    const reach = min(panels, j + 1);
    for (let row = 0; row < rows; row += 4) {
      multiplyTile(x + <usize>row * GROUP_BYTES, reach, weights, logits + (row << 2));
    }
    weights += weightBytes;
    logits += 8 * ROWS_BYTES;
  }
}

/** Four rows (a, b, c, d) by eight units (0: the first four, 1: the others), summed over columns. */
function multiplyTile(x: usize, panels: i32, weights: usize, logits: usize): void {
  let a0 = zeros(), a1 = zeros(), b0 = zeros(), b1 = zeros();
  let c0 = zeros(), c1 = zeros(), d0 = zeros(), d1 = zeros();
  do {
    const end = x + GROUP_BYTES;
    do {
      const w0 = v128.load(weights);
      const w1 = v128.load(weights, 16);
      let s = v128.load32_splat(x);
      a0 = madd(s, w0, a0);
      a1 = madd(s, w1, a1);
      s = v128.load32_splat(x, GROUP_BYTES);
      b0 = madd(s, w0, b0);
      b1 = madd(s, w1, b1);
      s = v128.load32_splat(x, 2 * GROUP_BYTES);
      c0 = madd(s, w0, c0);
      c1 = madd(s, w1, c1);
      s = v128.load32_splat(x, 3 * GROUP_BYTES);
      d0 = madd(s, w0, d0);
      d1 = madd(s, w1, d1);
      weights += GROUP_BYTES;
      x += 4;
    } while (x < end);
    x += PANEL_BYTES - GROUP_BYTES;
  } while (--panels > 0);
  storeTransposed(a0, b0, c0, d0, logits);
  storeTransposed(a1, b1, c1, d1, logits + 4 * ROWS_BYTES);
}

/** Stores lane i of four vectors (rows) as four numbers of unit i. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function storeTransposed(a: v128, b: v128, c: v128, d: v128, logits: usize): void {
  const ab01 = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const ab23 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd01 = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const cd23 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(logits, i32x4.shuffle(ab01, cd01, 0, 1, 4, 5));
  v128.store(logits, i32x4.shuffle(ab01, cd01, 2, 3, 6, 7), ROWS_BYTES);
  v128.store(logits, i32x4.shuffle(ab23, cd23, 0, 1, 4, 5), 2 * ROWS_BYTES);
  v128.store(logits, i32x4.shuffle(ab23, cd23, 2, 3, 6, 7), 3 * ROWS_BYTES);
}

/**
 * sums[c][unit] += Σ_row deltas[unit][row] · x[row][c] over the first `rows` of a block.
 * deltas: [units][64]; x: panels [d/8][64][8]; sums: panels [d/8][units][8], units a multiple of 4.
 */
export function accumulate(
  x: usize, panels: i32, rows: i32, deltas: usize, units: i32, sums: usize,
): void {
  for (let p = 0; p < panels; p++) {
    let delta = deltas;
    for (let i = 0; i < units; i += 4) {
      accumulateTile(x, rows, delta, sums);
      delta += 4 * ROWS_BYTES;
      sums += 4 * GROUP_BYTES;
    }
    x += PANEL_BYTES;
  }
}

/** {@link accumulate} where columns are units too and the sums symmetric: only those of a unit and the columns up to it. */
export function accumulateLower(
  x: usize, panels: i32, rows: i32, deltas: usize, units: i32, sums: usize,
): void {
  for (let p = 0; p < panels; p++) {
    const sumsOfPanel = sums + <usize>p * <usize>units * GROUP_BYTES;
    for (let i = 8 * p; i < units; i += 4) {
      accumulateTile(x, rows, deltas + <usize>i * ROWS_BYTES, sumsOfPanel + <usize>i * GROUP_BYTES);
    }
    x += PANEL_BYTES;
  }
}

/** Four units (a, b, c, d) by eight columns, summed over rows. */
function accumulateTile(x: usize, rows: i32, delta: usize, sums: usize): void {
  let a0 = zeros(), a1 = zeros(), b0 = zeros(), b1 = zeros();
  let c0 = zeros(), c1 = zeros(), d0 = zeros(), d1 = zeros();
  const end = delta + (<usize>rows << 2);
  do {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    let s = v128.load32_splat(delta);
    a0 = madd(s, x0, a0);
    a1 = madd(s, x1, a1);
    s = v128.load32_splat(delta, ROWS_BYTES);
    b0 = madd(s, x0, b0);
    b1 = madd(s, x1, b1);
    s = v128.load32_splat(delta, 2 * ROWS_BYTES);
    c0 = madd(s, x0, c0);
    c1 = madd(s, x1, c1);
    s = v128.load32_splat(delta, 3 * ROWS_BYTES);
    d0 = madd(s, x0, d0);
    d1 = madd(s, x1, d1);
    x += GROUP_BYTES;
    delta += 4;
  } while (delta < end);
  addTo(sums, a0, a1);
  addTo(sums + GROUP_BYTES, b0, b1);
  addTo(sums + 2 * GROUP_BYTES, c0, c1);
  addTo(sums + 3 * GROUP_BYTES, d0, d1);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function addTo(sums: usize, low: v128, high: v128): void {
  v128.store(sums, f32x4.add(v128.load(sums), low));
  v128.store(sums, f32x4.add(v128.load(sums, 16), high), 16);
}

/**
 * x[row][c] = Σ_unit deltas[unit][row] · rows[unit][c], over the block it replaces: the gradient in the inputs.
 * deltas: [units][64]; directions: panels [d/8][units][8]; x: panels [d/8][64][8].
 */
export function transposeMultiply(
  deltas: usize, units: i32, rows: i32, directions: usize, panels: i32, x: usize,
): void {
  for (let p = 0; p < panels; p++) {
    for (let row = 0; row < rows; row += 4) {
      transposeTile(deltas + (row << 2), units, directions, x + <usize>row * GROUP_BYTES);
    }
    directions += <usize>units * GROUP_BYTES;
    x += PANEL_BYTES;
  }
}

/** Four rows (a, b, c, d) by eight columns, summed over units. */
function transposeTile(delta: usize, units: i32, direction: usize, x: usize): void {
  let a0 = zeros(), a1 = zeros(), b0 = zeros(), b1 = zeros();
  let c0 = zeros(), c1 = zeros(), d0 = zeros(), d1 = zeros();
  const end = direction + <usize>units * GROUP_BYTES;
  do {
    const v0 = v128.load(direction);
    const v1 = v128.load(direction, 16);
    let s = v128.load32_splat(delta);
    a0 = madd(s, v0, a0);
    a1 = madd(s, v1, a1);
    s = v128.load32_splat(delta, 4);
    b0 = madd(s, v0, b0);
    b1 = madd(s, v1, b1);
    s = v128.load32_splat(delta, 8);
    c0 = madd(s, v0, c0);
    c1 = madd(s, v1, c1);
    s = v128.load32_splat(delta, 12);
    d0 = madd(s, v0, d0);
    d1 = madd(s, v1, d1);
    delta += ROWS_BYTES;
    direction += GROUP_BYTES;
  } while (direction < end);
  v128.store(x, a0);
  v128.store(x, a1, 16);
  v128.store(x, b0, 32);
  v128.store(x, b1, 48);
  v128.store(x, c0, 64);
  v128.store(x, c1, 80);
  v128.store(x, d0, 96);
  v128.store(x, d1, 112);
}

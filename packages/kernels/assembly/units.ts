// What units make of their gates and experts, one block at a time: the outputs f = Σ a_i g_i h_i of docs/theory.md (2), the
// residuals, and the derivatives of the loss by every logit. Arrays [units][64] have a unit after the other; `rows` is a
// multiple of 8.

import { ROWS_BYTES } from './layout';
import { constant, madd, zeros } from './simd';

/** f of every row: outputs[row] = Σ_i amplitude[i] · gate[i][row] · expert[i][row]. */
export function combine(
  gate: usize, expert: usize, units: i32, amplitude: usize, rows: i32, outputs: usize,
): void {
  const endOfAmplitudes = amplitude + (<usize>units << 2);
  const end = outputs + (<usize>rows << 2);
  for (; outputs < end; outputs += 32) {
    let low = zeros();
    let high = zeros();
    let a = amplitude;
    let g = gate;
    let h = expert;
    do {
      const factor = v128.load32_splat(a);
      low = madd(f32x4.mul(v128.load(g), v128.load(h)), factor, low);
      high = madd(f32x4.mul(v128.load(g, 16), v128.load(h, 16)), factor, high);
      a += 4;
      g += ROWS_BYTES;
      h += ROWS_BYTES;
    } while (a < endOfAmplitudes);
    v128.store(outputs, low);
    v128.store(outputs, high, 16);
    gate += 32;
    expert += 32;
  }
}

/** outputs[row] − targets[row], 0 for rows from `size` on, and the sum of its squares. */
export function residuals(
  outputs: usize, targets: usize, size: i32, rows: i32, errors: usize,
): f64 {
  const bytes = <usize>rows << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(errors + at, f32x4.sub(v128.load(outputs + at), v128.load(targets + at)));
  }
  clearRows(errors, size, rows);
  let sum = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 8) {
    const e = f64x2.promote_low_f32x4(v128.load64_zero(errors + at));
    sum = f64x2.add(sum, f64x2.mul(e, e));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Zeros in rows from `size` on. */
export function clearRows(row: usize, size: i32, rows: i32): void {
  for (let i = size; i < rows; i++) store<f32>(row + (<usize>i << 2), 0);
}

/**
 * Independent gates: the slopes of gates and experts become the derivatives e·a·g′·h and e·a·g·h′ of Σ_row ½e² by the
 * logits; sums[i], four lanes, gets e·g·h.
 */
export function differentiate(
  gate: usize, expert: usize, gateSlope: usize, expertSlope: usize, units: i32,
  amplitude: usize, errors: usize, rows: i32, sums: usize,
): void {
  const bytes = <usize>rows << 2;
  for (let i = 0; i < units; i++) {
    const a = v128.load32_splat(amplitude + (<usize>i << 2));
    let sum = v128.load(sums);
    let at: usize = 0;
    do {
      const e = v128.load(errors + at);
      const g = v128.load(gate + at);
      const h = v128.load(expert + at);
      const eg = f32x4.mul(e, g);
      const eh = f32x4.mul(e, h);
      sum = madd(eg, h, sum);
      v128.store(gateSlope + at, f32x4.mul(eh, f32x4.mul(a, v128.load(gateSlope + at))));
      v128.store(expertSlope + at, f32x4.mul(eg, f32x4.mul(a, v128.load(expertSlope + at))));
      at += 16;
    } while (at < bytes);
    v128.store(sums, sum);
    sums += 16;
    gate += ROWS_BYTES;
    expert += ROWS_BYTES;
    gateSlope += ROWS_BYTES;
    expertSlope += ROWS_BYTES;
  }
}

/**
 * Softmax routing, where ∂f/∂(logit i) = π_i (a_i h_i − f): the same derivatives; biasSums[i] gets those by the logits of
 * the router, which are those by its bias.
 */
export function differentiateSoftmax(
  gate: usize, expert: usize, gateSlope: usize, expertSlope: usize, units: i32,
  amplitude: usize, errors: usize, rows: i32, sums: usize, outputs: usize, biasSums: usize,
): void {
  const bytes = <usize>rows << 2;
  for (let i = 0; i < units; i++) {
    const a = v128.load32_splat(amplitude + (<usize>i << 2));
    let sum = v128.load(sums);
    let biasSum = v128.load(biasSums);
    let at: usize = 0;
    do {
      const h = v128.load(expert + at);
      const eg = f32x4.mul(v128.load(errors + at), v128.load(gate + at));
      const byLogit = f32x4.mul(eg, f32x4.sub(f32x4.mul(a, h), v128.load(outputs + at)));
      sum = madd(eg, h, sum);
      biasSum = f32x4.add(biasSum, byLogit);
      v128.store(gateSlope + at, byLogit);
      v128.store(expertSlope + at, f32x4.mul(eg, f32x4.mul(a, v128.load(expertSlope + at))));
      at += 16;
    } while (at < bytes);
    v128.store(sums, sum);
    v128.store(biasSums, biasSum);
    sums += 16;
    biasSums += 16;
    gate += ROWS_BYTES;
    expert += ROWS_BYTES;
    gateSlope += ROWS_BYTES;
    expertSlope += ROWS_BYTES;
  }
}

/** rows[row] += scale · more[row]. */
export function addScaled(rows: usize, scale: f32, more: usize, count: i32): void {
  const factor = constant(scale);
  const end = rows + (<usize>count << 2);
  do {
    v128.store(rows, madd(factor, v128.load(more), v128.load(rows)));
    rows += 16;
    more += 16;
  } while (rows < end);
}

/** u_i = g_i·h_i as `size` rows of m numbers, from arrays [m][64]. */
export function storeUnits(gate: usize, expert: usize, units: i32, size: i32, target: usize): void {
  for (let row = 0; row < size; row++) {
    for (let i = 0; i < units; i++) {
      const at = <usize>i * ROWS_BYTES + (<usize>row << 2);
      store<f32>(target, load<f32>(gate + at) * load<f32>(expert + at));
      target += 4;
    }
  }
}

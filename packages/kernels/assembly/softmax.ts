// Softmax routing, docs/theory.md (5): π = softmax(Vx + b) over the units of each row, in place of the logits [units][64].

import { exponentials } from './exponential';
import { BLOCK_ROWS, ROWS_BYTES } from './layout';
import { constant } from './simd';

/** `scratch` is one number a row, [64]. */
export function softmax(logits: usize, bias: usize, units: i32, rows: i32, scratch: usize): void {
  const bytes = <usize>rows << 2;
  const end = logits + <usize>units * ROWS_BYTES;
  largest(logits, bias, end, scratch, bytes);
  subtract(logits, end, scratch, bytes);
  if (rows == BLOCK_ROWS) {
    exponentials(logits, logits, end - logits);
  } else {
    for (let z = logits; z < end; z += ROWS_BYTES) exponentials(z, z, bytes);
  }
  normalise(logits, end, bytes);
}

/** Adds the biases to the logits and finds the largest of each row. */
function largest(logits: usize, bias: usize, end: usize, maxima: usize, bytes: usize): void {
  const lowest = constant(-f32.MAX_VALUE);
  for (let row: usize = 0; row < bytes; row += 16) {
    let most = lowest;
    let b = bias;
    let z = logits + row;
    do {
      const logit = f32x4.add(v128.load(z), v128.load32_splat(b));
      v128.store(z, logit);
      most = f32x4.pmax(most, logit);
      b += 4;
      z += ROWS_BYTES;
    } while (z < end);
    v128.store(maxima + row, most);
  }
}

function subtract(logits: usize, end: usize, maxima: usize, bytes: usize): void {
  for (let row: usize = 0; row < bytes; row += 16) {
    const most = v128.load(maxima + row);
    let z = logits + row;
    do {
      v128.store(z, f32x4.sub(v128.load(z), most));
      z += ROWS_BYTES;
    } while (z < end);
  }
}

/** Divides each row by its sum. */
function normalise(values: usize, end: usize, bytes: usize): void {
  for (let row: usize = 0; row < bytes; row += 16) {
    let sum = constant(0);
    let e = values + row;
    do {
      sum = f32x4.add(sum, v128.load(e));
      e += ROWS_BYTES;
    } while (e < end);
    const scale = f32x4.div(constant(1), sum);
    e = values + row;
    do {
      v128.store(e, f32x4.mul(v128.load(e), scale));
      e += ROWS_BYTES;
    } while (e < end);
  }
}

// F with F Fᵀ = GᵀG, docs/theory.md (53): the Cholesky factor with pivots, in float64, of moments that float32 sums gave.

import { GROUP_BYTES } from '../layout';
import { Span } from './record';

/** Remainders of at most this share of their diagonal entry are rounding of float32 sums. */
const CUT: f64 = 3.814697265625e-6;

/** What is left of a diagonal entry that has been a pivot. */
const TAKEN: f64 = -Infinity;

/** Writes the factor of the n × n moments, zeros from its rank on, and returns the rank. */
export function factorMoments(span: Span, n: i32, sumRows: i32): i32 {
  for (let i = 0; i < n; i++) {
    const whole = moment(span, sumRows, i, i);
    store<f64>(span.diagonal + (<usize>i << 3), whole);
    store<f64>(span.left + (<usize>i << 3), whole);
  }
  memory.fill(span.factor, 0, <usize>n * <usize>n << 3);
  for (let rank = 0; rank < n; rank++) {
    const pivot = choosePivot(span, n);
    if (pivot < 0) return rank;
    takePivot(span, n, sumRows, pivot, rank);
  }
  return n;
}

/** The largest remainder relative to its diagonal entry, the first of equals; −1 where all are rounding. */
function choosePivot(span: Span, n: i32): i32 {
  let pivot = -1;
  let most = CUT;
  for (let i = 0; i < n; i++) {
    const share = load<f64>(span.left + (<usize>i << 3)) / load<f64>(span.diagonal + (<usize>i << 3));
    if (share > most) {
      most = share;
      pivot = i;
    }
  }
  return pivot;
}

function takePivot(span: Span, n: i32, sumRows: i32, pivot: i32, rank: i32): void {
  const rowBytes = <usize>n << 3;
  const column = <usize>rank << 3;
  const taken = span.factor + <usize>pivot * rowBytes;
  const root = sqrt(load<f64>(span.left + (<usize>pivot << 3)));
  store<f64>(taken + column, root);
  store<f64>(span.left + (<usize>pivot << 3), TAKEN);
  for (let i = 0; i < n; i++) {
    const left = span.left + (<usize>i << 3);
    if (load<f64>(left) == TAKEN) continue;
    const row = span.factor + <usize>i * rowBytes;
    const along = (moment(span, sumRows, i, pivot) - product(row, taken, column)) / root;
    store<f64>(row + column, along);
    store<f64>(left, load<f64>(left) - along * along);
  }
}

/** Inner product of `bytes` bytes of float64, which may be none. */
function product(a: usize, b: usize, bytes: usize): f64 {
  let sum = f64x2.splat(0);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    sum = f64x2.add(sum, f64x2.mul(v128.load(a + at), v128.load(b + at)));
  }
  const rest = at < bytes ? load<f64>(a + at) * load<f64>(b + at) : 0;
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + rest;
}

/** Entry (i, j) of the moments, of which the panels hold j ≤ i. */
function moment(span: Span, sumRows: i32, i: i32, j: i32): f64 {
  const row = max(i, j);
  const column = min(i, j);
  const group = (<usize>(column >> 3) * <usize>sumRows + <usize>row) * GROUP_BYTES;
  return load<f32>(span.moments + group + (<usize>(column & 7) << 2));
}

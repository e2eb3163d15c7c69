// Where routers have lengths of their own each unit has moments of its own, docs/theory.md (68): M_rs of two pairs of units at once,
// one in each lane, as sums of products of what the caller gives of either unit.

import { madd64, zeros } from '../simd';
import { PairTable, Work } from './records';

/** What a term may be beside 1 to be left out with all that follow. */
const TAIL: f64 = 1e-17;

/** Bytes of the terms of a unit, in two lanes. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function laneBytes(work: Work): usize {
  return <usize>(work.order + 1) * <usize>work.terms << 4;
}

/** Puts the terms of every unit beside those of the next one. */
export function pairTerms(work: Work): void {
  const bytes = laneBytes(work) >> 1;
  let target = work.pairedTerms;
  let from = work.unitTerms;
  for (let u = 0; u < work.units; u++) {
    for (const end = from + bytes; from < end; from += 8, target += 16) {
      v128.store(target, v128.load64_lane(from + bytes, v128.load64_zero(from), 1));
    }
  }
}

/** The terms of unit i in both lanes. */
export function doubleTerms(work: Work, i: i32): usize {
  const bytes = laneBytes(work) >> 1;
  let target = work.doubledTerms;
  let from = work.unitTerms + <usize>i * bytes;
  for (const end = from + bytes; from < end; from += 8, target += 16) {
    v128.store(target, v128.load64_splat(from));
  }
  return work.doubledTerms;
}

/** The terms of units i and i + 1. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
export function termsOf(work: Work, i: i32): usize {
  return work.pairedTerms + <usize>i * laneBytes(work);
}

/**
 * Fills the moments that `table` asks for, at the correlations t at `correlations`: of unit i, whose terms in both lanes are at `first`,
 * with units l and l + 1; or of these two each with itself, where `first` is {@link termsOf} l.
 */
export function evaluateLengths(
  work: Work, table: PairTable, i: i32, l: i32, first: usize, correlations: usize,
): void {
  const t = v128.load(correlations);
  const row = <usize>work.terms << 4;
  const second = termsOf(work, l);
  const needed = <usize>termsNeeded(work, i, l, first == second, t) << 4;
  const order = work.order;
  const moments = work.moments;
  const weighted = work.weightedTerms;
  let power = f64x2.splat(1);
  for (let n: usize = 0; n < needed; n += 16) {
    let at = n;
    for (let r = 0; r <= order; r++, at += row) {
      v128.store(weighted + at, f64x2.mul(power, v128.load(first + at)));
    }
    power = f64x2.mul(power, t);
  }
  for (let sum = 0; sum <= order; sum++) {
    if ((table.sums >> sum & 1) == 0) continue;
    let target = moments + (<usize>(sum * (sum + 1) >> 1) << 4);
    let x = weighted;
    let y = second + <usize>sum * row;
    for (let r = 0; r <= sum; r++) {
      v128.store(target, dot(x, y, needed));
      target += 16;
      x += row;
      y -= row;
    }
  }
}

/** Σ_n x[n]·y[n] over so many bytes, in either lane. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function dot(x: usize, y: usize, bytes: usize): v128 {
  let even = zeros();
  let odd = zeros();
  let n: usize = 0;
  for (; n + 16 < bytes; n += 32) {
    even = madd64(v128.load(x + n), v128.load(y + n), even);
    odd = madd64(v128.load(x + n, 16), v128.load(y + n, 16), odd);
  }
  if (n < bytes) even = madd64(v128.load(x + n), v128.load(y + n), even);
  return f64x2.add(even, odd);
}

/** The least number of terms after which the next one is lost in both lanes, by bisection. */
function termsNeeded(work: Work, i: i32, l: i32, selves: bool, t: v128): i32 {
  const sizes = f64x2.abs(t);
  const size = max(f64x2.extract_lane(sizes, 0), f64x2.extract_lane(sizes, 1));
  const bytes = <usize>work.terms << 3;
  const one = work.envelopes + <usize>i * bytes;
  const other = work.envelopes + <usize>l * bytes;
  let low = 0;
  let high = work.terms;
  while (low < high) {
    const n = (low + high) >> 1;
    const at = <usize>n << 3;
    const second = max(load<f64>(other + at), load<f64>(other + bytes + at));
    const first = selves ? second : load<f64>(one + at);
    if (power(size, n) * first * second <= TAIL) high = n;
    else low = n + 1;
  }
  return low;
}

function power(x: f64, n: i32): f64 {
  let result: f64 = 1;
  for (; n > 0; n >>= 1, x *= x) {
    if (n & 1) result *= x;
  }
  return result;
}

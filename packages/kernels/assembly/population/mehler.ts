// Moments of two gates by Mehler's series, docs/theory.md (8): two pairs of units at once, one in each lane.

import { madd64 } from '../simd';
import { BUCKETS, EVEN, ODD, PairTable, SERIES, SeriesBlock } from './records';

/** Fills the moments M_rs at the two correlations at `correlations`, as many terms as the larger asks for. */
export function evaluateMoments(table: PairTable, correlations: usize, moments: usize): void {
  const rho = v128.load(correlations);
  const square = f64x2.mul(rho, rho);
  const bucket = <usize>bucketOf(rho);
  let at = table.series;
  for (const end = at + <usize>table.blocks * offsetof<SeriesBlock>(); at < end; at += offsetof<SeriesBlock>()) {
    const block = changetype<SeriesBlock>(at);
    const terms = load<u16>(block.terms + (bucket << 1));
    const x = block.powers == ODD || block.powers == EVEN ? square : rho;
    const factor = block.powers == EVEN ? square : rho;
    sumSeries(block, terms, x, factor, moments);
  }
}

/** The bucket of the larger |ρ| of the two lanes; the last one for what is no number. */
function bucketOf(rho: v128): i32 {
  const size = f64x2.abs(rho);
  const larger = max(f64x2.extract_lane(size, 0), f64x2.extract_lane(size, 1));
  return larger < 1 ? <i32>ceil(larger * <f64>BUCKETS) : BUCKETS;
}

/** Eight series at once by Horner's rule: as many chains as hide the latency of one. */
function sumSeries(block: SeriesBlock, terms: i32, x: v128, factor: v128, moments: usize): void {
  let a = f64x2.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  const start = block.coefficients;
  let at = start + (<usize>terms << 6);
  while (at > start) {
    at -= 8 * SERIES;
    a = madd64(a, x, v128.load64_splat(at));
    b = madd64(b, x, v128.load64_splat(at, 8));
    c = madd64(c, x, v128.load64_splat(at, 16));
    d = madd64(d, x, v128.load64_splat(at, 24));
    e = madd64(e, x, v128.load64_splat(at, 32));
    f = madd64(f, x, v128.load64_splat(at, 40));
    g = madd64(g, x, v128.load64_splat(at, 48));
    h = madd64(h, x, v128.load64_splat(at, 56));
  }
  const constants = block.constants;
  const targets = block.targets;
  put(a, factor, constants, targets, moments);
  put(b, factor, constants + 8, targets + 8, moments);
  put(c, factor, constants + 16, targets + 16, moments);
  put(d, factor, constants + 24, targets + 24, moments);
  put(e, factor, constants + 32, targets + 32, moments);
  put(f, factor, constants + 40, targets + 40, moments);
  put(g, factor, constants + 48, targets + 48, moments);
  put(h, factor, constants + 56, targets + 56, moments);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function put(sum: v128, factor: v128, constant: usize, target: usize, moments: usize): void {
  const moment = madd64(sum, factor, v128.load64_splat(constant));
  v128.store(moments + <usize>load<i32>(target), moment);
  v128.store(moments + <usize>load<i32>(target, 4), moment);
}

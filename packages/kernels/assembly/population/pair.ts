// The expectation E[u₁u₂] of two units and its derivatives by their six overlaps, docs/theory.md (7) and (11): two pairs of
// units at once, one in each lane. With P_n[a] = α^a β^{n−a}/(a!(n−a)!) and the moments of one order μ[r] = M_{r,n+m−r},
//
//   E[u₁u₂] = Σ_{nm} W_{nm}(γ) T_{nm},   T_{nm} = Σ_{ab} P¹_n[a] P²_m[b] μ[a+b],
//
// and since ∂P_n[a]/∂α = P_{n−1}[a−1] and ∂P_n[a]/∂β = P_{n−1}[a], derivatives are sums over the same inner ones,
// q[a] = Σ_b P²_m[b] μ[a+b] and its mirror image.

import { madd64, zeros } from '../simd';
import { Group, PairTable } from './records';

/** Two pairs: their overlaps, then what is known of them. */
@unmanaged
export class Pair {
  /** 1/1, 1/2, … of the powers, [8]; room for up to 8 powers of one overlap and of another, [8][2] each. */
  reciprocals: usize;
  powersX: usize;
  powersY: usize;
  /** P¹ and P²: P_n[a] at row n, number a of a ROW; the numbers around a row, and rows −1 and −2, are 0. */
  first: usize;
  second: usize;
  /** γ, α₁, β₁, α₂, β₂, ρ, [6][2]. */
  overlaps: usize;
  /** E[u₁u₂], its derivatives by the overlaps and, where they are asked for, the second ones, [28][2]. */
  results: usize;
  /** The derivatives by λ₁ and λ₂ where routers have lengths of their own, [2][2]: pair-lengths.ts. */
  lengths: usize;
  /** Where pair-curvature.ts puts the second derivatives by the overlaps of either unit. */
  places: usize;
}

/** Bytes of one row of P. */
export const ROW: usize = 160;

export const GAMMA: usize = 0;
export const ALPHA1: usize = 16;
export const BETA1: usize = 32;
export const ALPHA2: usize = 48;
export const BETA2: usize = 64;
export const RHO: usize = 80;

/** Evaluates expectation and first derivatives at the overlaps of `pair`, whose moments are known. */
export function differentiatePair(table: PairTable, pair: Pair, moments: usize): void {
  const overlaps = pair.overlaps;
  fillPowers(pair, table.degree1, v128.load(overlaps, ALPHA1), v128.load(overlaps, BETA1), pair.first);
  fillPowers(pair, table.degree2, v128.load(overlaps, ALPHA2), v128.load(overlaps, BETA2), pair.second);
  const gamma = v128.load(overlaps, GAMMA);
  const results = pair.results;
  for (let i: usize = 0; i < 7; i++) v128.store(results + (i << 4), zeros());
  let at = table.group;
  for (const end = at + <usize>table.groups * offsetof<Group>(); at < end; at += offsetof<Group>()) {
    const group = changetype<Group>(at);
    const n = <usize>group.n;
    const m = <usize>group.m;
    let w = zeros();
    let slope = zeros();
    for (let c = group.weights + (<usize>group.count << 3); c > group.weights; ) {
      c -= 8;
      slope = madd64(slope, gamma, w);
      w = madd64(w, gamma, v128.load64_splat(c));
    }
    const order = n + m;
    const mu = moments + ((order * (order + 1) >> 1) << 4);
    const muRho = moments + (((order + 2) * (order + 3) >> 1) << 4) + 16;
    addFirst(pair.first + n * ROW, pair.second + m * ROW, n, m, mu, muRho, w, slope, results);
    if (m > 0) addSecond(pair.first + n * ROW, pair.second + m * ROW, n, m, mu, w, results);
  }
}

/** P_n[a] for all n up to `degree`. */
function fillPowers(pair: Pair, degree: i32, x: v128, y: v128, rows: usize): void {
  const one = f64x2.splat(1);
  let ofX = one;
  let ofY = one;
  const xs = pair.powersX;
  const ys = pair.powersY;
  v128.store(xs, one);
  v128.store(ys, one);
  const bytes = <usize>degree << 4;
  for (let at: usize = 0; at < bytes; at += 16) {
    const reciprocal = v128.load64_splat(pair.reciprocals + (at >> 1));
    ofX = f64x2.mul(f64x2.mul(ofX, x), reciprocal);
    ofY = f64x2.mul(f64x2.mul(ofY, y), reciprocal);
    v128.store(xs + at, ofX, 16);
    v128.store(ys + at, ofY, 16);
  }
  for (let n: usize = 0; n <= bytes; n += 16) {
    for (let a: usize = 0; a <= n; a += 16) {
      v128.store(rows + a, f64x2.mul(v128.load(xs + a), v128.load(ys + n - a)));
    }
    rows += ROW;
  }
}

/** Adds value and derivatives by γ, ρ and the overlaps of the first unit. */
function addFirst(
  p1: usize, p2: usize, n: usize, m: usize, mu: usize, muRho: usize, w: v128, slope: v128, results: usize,
): void {
  let t = zeros(), byRho = t, byAlpha = t, byBeta = t;
  const end = p2 + (m << 4);
  const last = p1 + (n << 4);
  do {
    let q = zeros();
    let qRho = zeros();
    let b = p2;
    let from = mu;
    let fromRho = muRho;
    do {
      const p = v128.load(b);
      q = madd64(p, v128.load(from), q);
      qRho = madd64(p, v128.load(fromRho), qRho);
      b += 16;
      from += 16;
      fromRho += 16;
    } while (b <= end);
    const p = v128.load(p1);
    t = madd64(p, q, t);
    byRho = madd64(p, qRho, byRho);
    byAlpha = madd64(v128.load(p1 - ROW - 16), q, byAlpha);
    byBeta = madd64(v128.load(p1 - ROW), q, byBeta);
    p1 += 16;
    mu += 16;
    muRho += 16;
  } while (p1 <= last);
  addTo(results, w, t);
  addTo(results + 16 + GAMMA, slope, t);
  addTo(results + 16 + RHO, w, byRho);
  addTo(results + 16 + ALPHA1, w, byAlpha);
  addTo(results + 16 + BETA1, w, byBeta);
}

/** Adds the derivatives by the overlaps of the second unit. */
function addSecond(
  p1: usize, p2: usize, n: usize, m: usize, mu: usize, w: v128, results: usize,
): void {
  let byAlpha = zeros(), byBeta = zeros();
  const end = p1 + (n << 4);
  const last = p2 + (m << 4);
  do {
    let q = zeros();
    let a = p1;
    let from = mu;
    do {
      q = madd64(v128.load(a), v128.load(from), q);
      a += 16;
      from += 16;
    } while (a <= end);
    byAlpha = madd64(v128.load(p2 - ROW - 16), q, byAlpha);
    byBeta = madd64(v128.load(p2 - ROW), q, byBeta);
    p2 += 16;
    mu += 16;
  } while (p2 <= last);
  addTo(results + 16 + ALPHA2, w, byAlpha);
  addTo(results + 16 + BETA2, w, byBeta);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function addTo(target: usize, factor: v128, value: v128): void {
  v128.store(target, madd64(factor, value, v128.load(target)));
}

// Second derivatives of E[u₁u₂] by the six overlaps, two pairs at once, from sums like those of pair.ts: for one unit
// P_{n−2}[a−2], P_{n−2}[a−1] and P_{n−2}[a] in place of P_n[a], for both P¹_{n−1} and P²_{m−1}, and for ρ the moments that are
// two orders further.

import { madd64, zeros } from '../simd';
import { differentiatePair, GAMMA, Pair, ROW } from './pair';
import { Group, PairTable } from './records';

/** Numbers of a pair: E, six first derivatives, and the second ones by overlaps x ≤ y, in rows of x. */
export const DERIVATIVES: i32 = 28;

/** Where the second derivatives by the overlaps of one unit stand among the {@link DERIVATIVES}. */
@unmanaged
class Places {
  gammaAlpha: i32;
  gammaBeta: i32;
  alphaAlpha: i32;
  alphaBeta: i32;
  betaBeta: i32;
  alphaRho: i32;
  betaRho: i32;
}

/** Evaluates expectation, first and second derivatives at the overlaps of `pair`; moments up to n + m + 4 are known. */
export function curvePair(table: PairTable, pair: Pair, moments: usize): void {
  differentiatePair(table, pair, moments);
  const gamma = v128.load(pair.overlaps, GAMMA);
  const results = pair.results;
  for (let i = 7; i < DERIVATIVES; i++) v128.store(results + (<usize>i << 4), zeros());
  let at = table.group;
  for (const end = at + <usize>table.groups * offsetof<Group>(); at < end; at += offsetof<Group>()) {
    const group = changetype<Group>(at);
    const n = group.n;
    const m = group.m;
    let w = zeros(), slope = w, bend = w;
    for (let c = group.weights + (<usize>group.count << 3); c > group.weights; ) {
      c -= 8;
      bend = madd64(bend, gamma, slope);
      slope = madd64(slope, gamma, w);
      w = madd64(w, gamma, v128.load64_splat(c));
    }
    bend = f64x2.add(bend, bend);
    const mu = moments + startOf(n + m);
    const muRho = moments + startOf(n + m + 2) + 16;
    const p1 = pair.first + <usize>n * ROW;
    const p2 = pair.second + <usize>m * ROW;
    addTo(results, 7, bend, bilinear(p1, n, p2, m, mu));
    addTo(results, 12, slope, bilinear(p1, n, p2, m, muRho));
    addTo(results, 27, w, bilinear(p1, n, p2, m, moments + startOf(n + m + 4) + 32));
    addUnit(p1, n, p2, m, mu, muRho, w, slope, results, changetype<Places>(pair.places));
    addUnit(p2, m, p1, n, mu, muRho, w, slope, results, changetype<Places>(pair.places + offsetof<Places>()));
    if (n > 0 && m > 0) addMixed(p1 - ROW, n, p2 - ROW, m - 1, mu, w, results);
  }
}

/** Byte offset of the moments of one order. */
function startOf(order: i32): usize {
  return <usize>(order * (order + 1) >> 1) << 4;
}

/** Σ_b p[b] μ[b], b = 0 … last. */
function inner(p: usize, last: i32, mu: usize): v128 {
  let sum = zeros();
  for (const end = p + (<usize>last << 4); p <= end; p += 16, mu += 16) {
    sum = madd64(v128.load(p), v128.load(mu), sum);
  }
  return sum;
}

/** Σ_{ab} p[a] q[b] μ[a+b]. */
function bilinear(p: usize, n: i32, q: usize, m: i32, mu: usize): v128 {
  let sum = zeros();
  for (let a = 0; a <= n; a++, p += 16, mu += 16) sum = madd64(v128.load(p), inner(q, m, mu), sum);
  return sum;
}

/** Derivatives by two overlaps of one unit, and by one of them and γ or ρ. */
function addUnit(
  p: usize, n: i32, q: usize, m: i32, mu: usize, muRho: usize, w: v128, slope: v128, results: usize, places: Places,
): void {
  let alpha = zeros(), beta = alpha, alphaRho = alpha, betaRho = alpha;
  let alphaAlpha = alpha, alphaBeta = alpha, betaBeta = alpha;
  const less = p - ROW;
  const least = less - ROW;
  for (let a: usize = 0; a <= <usize>n << 4; a += 16) {
    const sum = inner(q, m, mu + a);
    const sumRho = inner(q, m, muRho + a);
    alpha = madd64(v128.load(less + a - 16), sum, alpha);
    beta = madd64(v128.load(less + a), sum, beta);
    alphaRho = madd64(v128.load(less + a - 16), sumRho, alphaRho);
    betaRho = madd64(v128.load(less + a), sumRho, betaRho);
    alphaAlpha = madd64(v128.load(least + a - 32), sum, alphaAlpha);
    alphaBeta = madd64(v128.load(least + a - 16), sum, alphaBeta);
    betaBeta = madd64(v128.load(least + a), sum, betaBeta);
  }
  addTo(results, places.gammaAlpha, slope, alpha);
  addTo(results, places.gammaBeta, slope, beta);
  addTo(results, places.alphaRho, w, alphaRho);
  addTo(results, places.betaRho, w, betaRho);
  addTo(results, places.alphaAlpha, w, alphaAlpha);
  addTo(results, places.alphaBeta, w, alphaBeta);
  addTo(results, places.betaBeta, w, betaBeta);
}

/** Derivatives by one overlap of either unit: α₁α₂, α₁β₂ and β₁α₂, which are equal, and β₁β₂. */
function addMixed(p: usize, n: i32, q: usize, m: i32, mu: usize, w: v128, results: usize): void {
  let none = zeros(), one = none, both = none;
  for (let a: usize = 0; a <= <usize>(n + 1) << 4; a += 16) {
    const sum = inner(q, m, mu + a);
    none = madd64(v128.load(p + a), sum, none);
    one = madd64(v128.load(p + a - 16), sum, one);
    both = madd64(v128.load(p + a - 32), sum, both);
  }
  addTo(results, 15, w, both);
  addTo(results, 16, w, one);
  addTo(results, 19, w, one);
  addTo(results, 20, w, none);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function addTo(results: usize, place: i32, factor: v128, value: v128): void {
  const target = results + (<usize>place << 4);
  v128.store(target, madd64(factor, value, v128.load(target)));
}

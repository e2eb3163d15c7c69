// Derivatives of E[u₁u₂] by λ = ½‖v̂‖² of either unit, docs/theory.md (69): two pairs of units at once, one in each lane. With the moments
// of the order n + m + 2, μ[r] = M_{r,n+m+2−r},
//
//   ∂E/∂λ₁ = Σ_{nm} W_{nm}(γ) Σ_{ab} P¹_n[a] P²_m[b] μ[a+b+2],   ∂E/∂λ₂ the same of μ[a+b].

import { madd64, zeros } from '../simd';
import { GAMMA, Pair, ROW } from './pair';
import { Group, PairTable } from './records';

/** Where the derivative by λ₂ is beside that by λ₁. */
export const SECOND: usize = 16;

/** Evaluates both derivatives, after `differentiatePair` at the same overlaps. */
export function differentiateLengths(table: PairTable, pair: Pair, moments: usize): void {
  const gamma = v128.load(pair.overlaps, GAMMA);
  let byFirst = zeros();
  let bySecond = zeros();
  let at = table.group;
  for (const end = at + <usize>table.groups * offsetof<Group>(); at < end; at += offsetof<Group>()) {
    const group = changetype<Group>(at);
    const n = <usize>group.n;
    const m = <usize>group.m;
    let w = zeros();
    for (let c = group.weights + (<usize>group.count << 3); c > group.weights; ) {
      c -= 8;
      w = madd64(w, gamma, v128.load64_splat(c));
    }
    const order = n + m + 2;
    let mu = moments + ((order * (order + 1) >> 1) << 4);
    const p2 = pair.second + m * ROW;
    const end2 = p2 + (m << 4);
    let p1 = pair.first + n * ROW;
    let t1 = zeros();
    let t2 = zeros();
    for (const end1 = p1 + (n << 4); p1 <= end1; p1 += 16, mu += 16) {
      let q1 = zeros();
      let q2 = zeros();
      let from = mu;
      for (let b = p2; b <= end2; b += 16, from += 16) {
        const p = v128.load(b);
        q1 = madd64(p, v128.load(from, 32), q1);
        q2 = madd64(p, v128.load(from), q2);
      }
      const p = v128.load(p1);
      t1 = madd64(p, q1, t1);
      t2 = madd64(p, q2, t2);
    }
    byFirst = madd64(w, t1, byFirst);
    bySecond = madd64(w, t2, bySecond);
  }
  v128.store(pair.lengths, byFirst);
  v128.store(pair.lengths, bySecond, SECOND);
}

// What a pair of units is to the sums: its table, and its overlaps out of O.

import { ALPHA1, ALPHA2, BETA1, BETA2, GAMMA, RHO } from './pair';
import { PairTable, Work } from './records';

/** The table of two units. */
export function tableOf(work: Work, i: i32, l: i32): PairTable {
  const first = load<i32>(work.unitTables + (<usize>i << 2));
  const second = load<i32>(work.unitTables + (<usize>l << 2));
  return changetype<PairTable>(
    work.pairTables + <usize>(first * work.tables + second) * offsetof<PairTable>(),
  );
}

/** Row i of V in O, and row i of W. */
function routerRow(work: Work, i: i32): usize {
  return work.overlaps + (<usize>i * <usize>work.paddedUnits << 4);
}

function expertRow(work: Work, i: i32): usize {
  return routerRow(work, ((work.students + 3) & ~3) + i);
}

/** w·v of the student's units. */
export function readOwn(work: Work): void {
  for (let i = 0; i < work.students; i++) {
    const at = <usize>i << 3;
    store<f64>(work.own + at, load<f64>(expertRow(work, i) + at));
  }
}

/** The overlaps of unit i with units l and l + 1. */
export function readPair(work: Work, i: i32, l: i32, overlaps: usize): void {
  const at = <usize>l << 3;
  const right = <usize>work.paddedUnits << 3;
  const router = routerRow(work, i) + at;
  const expert = expertRow(work, i) + at;
  v128.store(overlaps, v128.load(expert + right), GAMMA);
  v128.store(overlaps, v128.load64_splat(work.own + (<usize>i << 3)), ALPHA1);
  v128.store(overlaps, v128.load(expert), BETA1);
  v128.store(overlaps, v128.load(router + right), ALPHA2);
  v128.store(overlaps, v128.load(work.own + at), BETA2);
  v128.store(overlaps, v128.load(router), RHO);
}

/** The overlaps of units i and i + 1, each with itself: γ = ρ = 1. */
export function readSelf(work: Work, i: i32, overlaps: usize): void {
  const one = f64x2.splat(1);
  const own = v128.load(work.own + (<usize>i << 3));
  v128.store(overlaps, one, GAMMA);
  v128.store(overlaps, own, ALPHA1);
  v128.store(overlaps, own, BETA1);
  v128.store(overlaps, own, ALPHA2);
  v128.store(overlaps, own, BETA2);
  v128.store(overlaps, one, RHO);
}

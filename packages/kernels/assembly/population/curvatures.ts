// Expectations of all pairs with their first and second derivatives, for the curvature: docs/theory.md (15).

import { evaluateMoments } from './mehler';
import { readOwn, readPair, readSelf, tableOf } from './overlaps';
import { Pair, RHO } from './pair';
import { curvePair, DERIVATIVES } from './pair-curvature';
import { Work } from './records';

/** Units i of the student with units l ≥ i, one pair after the other. */
export function curvePairs(work: Work): void {
  const units = work.units;
  const pair = changetype<Pair>(work.pair);
  const overlaps = pair.overlaps;
  let target = work.curvatures;
  readOwn(work);
  for (let i = 0; i < work.students; i++) {
    for (let l = i; l < units; ) {
      const table = tableOf(work, i, l);
      const two = l > i && l + 1 < units && tableOf(work, i, l + 1) == table;
      if (l == i) readSelf(work, i, overlaps);
      else readPair(work, i, l, overlaps);
      evaluateMoments(table, overlaps + RHO, work.moments);
      curvePair(table, pair, work.moments);
      storeLane(pair.results, target);
      target += <usize>DERIVATIVES << 3;
      if (two) {
        storeLane(pair.results + 8, target);
        target += <usize>DERIVATIVES << 3;
      }
      l += two ? 2 : 1;
    }
  }
}

/** Every other number of the results, from the first on. */
function storeLane(results: usize, target: usize): void {
  for (let i = 0; i < DERIVATIVES; i++) {
    store<f64>(target + (<usize>i << 3), load<f64>(results + (<usize>i << 4)));
  }
}

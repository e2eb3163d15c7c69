// One step of the population flow: loss and gradient, docs/theory.md (12) and (13). With X = [V; W] and Y = [V; V*; W; W*]
// the overlaps are O = XYᵀ, the pair sums give Ω = ∂L/∂O, and the gradient by the rows is ΩY. Pairs of the student's units
// are evaluated once: there O and Ω are symmetric, and of O only the part i ≤ l is computed.

import { curvePairs } from './curvatures';
import { addPairs } from './pairs';
import { multiplyStrips, packColumnStrips, packRowStrips } from './product';
import { Work } from './records';

/** The loss without its constant ½E f*², and its Euclidean gradient. The student's rows and amplitudes have been written. */
export function lossAndGradient(work: Work): f64 {
  const m = work.students;
  const d = work.inputDim;
  const n = work.paddedUnits;
  multiplyOverlaps(work);
  packColumnStrips(work.rows, 0, m, 2 * n, d, work.columnStrips);
  packColumnStrips(work.rows, n, m, 2 * n, d, work.columnStrips);
  const loss = addPairs(work);
  const strips = (m + 3) >> 2;
  const columns = (d + 3) >> 2;
  multiplyStrips(
    work.slopes, 2 * strips, work.columnStrips, columns, 2 * n, work.gradient, 4 * columns, false,
  );
  return loss;
}

/** Expectations of all pairs with first and second derivatives. The student's rows have been written. */
export function curvatures(work: Work): void {
  multiplyOverlaps(work);
  curvePairs(work);
}

/** The four blocks of O: routers and experts of the student by routers and experts of both. */
function multiplyOverlaps(work: Work): void {
  const strips = (work.students + 3) >> 2;
  const n = work.paddedUnits;
  const d = work.inputDim;
  const half = <usize>n * <usize>d << 3;
  packRowStrips(work.rows, strips, d, work.rowStrips);
  packRowStrips(work.rows + half, strips, d, work.rowStrips + half);
  const routers = work.rowStrips;
  const experts = routers + half;
  const top = work.overlaps;
  const bottom = top + <usize>strips * 4 * <usize>n * 16;
  const right = <usize>n << 3;
  multiplyStrips(routers, strips, routers, n >> 2, d, top, 2 * n, true);
  multiplyStrips(routers, strips, experts, n >> 2, d, top + right, 2 * n, true);
  multiplyStrips(experts, strips, routers, n >> 2, d, bottom, 2 * n, true);
  multiplyStrips(experts, strips, experts, n >> 2, d, bottom + right, 2 * n, true);
}

/** Packs the rows of the teacher, which stay as they are. */
export function packTeacher(work: Work): void {
  const m = work.students;
  const d = work.inputDim;
  const n = work.paddedUnits;
  packRowStrips(work.rows, n >> 1, d, work.rowStrips);
  packColumnStrips(work.rows, m, n - m, 2 * n, d, work.columnStrips);
  packColumnStrips(work.rows, n + m, n - m, 2 * n, d, work.columnStrips);
}

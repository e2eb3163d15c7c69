// All pairs of a step, two at a time: overlaps in, expectations and derivatives out, summed into the loss, Ω and the
// derivatives by the amplitudes. A lane without a pair has weight 0.

import { clear } from '../panels';
import { zeros } from '../simd';
import { doubleTerms, evaluateLengths, pairTerms, termsOf } from './lengths';
import { evaluateMoments } from './mehler';
import { ALPHA1, ALPHA2, BETA1, BETA2, differentiatePair, GAMMA, Pair, RHO } from './pair';
import { STEP_BYTES } from './product';
import { readOwn, readPair, readSelf, tableOf } from './overlaps';
import { differentiateLengths, SECOND } from './pair-lengths';
import { Work } from './records';

/** The loss without its constant; Ω, and the derivatives by the amplitudes. */
export function addPairs(work: Work): f64 {
  const m = work.students;
  const strips = (m + 3) >> 2;
  const unitBytes = <usize>work.paddedUnits << 3;
  clear(work.slopes, <usize>(2 * strips) * stripBytes(work));
  clear(work.ownSlopes, unitBytes);
  clear(work.amplitudeSlopes, unitBytes);
  if (work.order > 0) {
    clear(work.lengthSlopes, unitBytes);
    pairTerms(work);
  }
  readOwn(work);
  let loss = addSelves(work);
  for (let i = 0; i < m; i++) loss = f64x2.add(loss, addUnit(work, i));
  for (let i = 0; i < m; i++) {
    const slope = load<f64>(work.ownSlopes + (<usize>i << 3));
    store<f64>(expertSlopes(work, i) + <usize>i * STEP_BYTES, slope);
    store<f64>(routerSlopes(work, i) + <usize>(work.paddedUnits + i) * STEP_BYTES, slope);
    if (work.order == 0) continue;
    const itself = routerSlopes(work, i) + <usize>i * STEP_BYTES;
    store<f64>(itself, load<f64>(itself) + load<f64>(work.lengthSlopes + (<usize>i << 3)));
  }
  return sumOfLanes(loss);
}

/** Each of the student's units with itself, where γ = ρ = 1: ½a²E[u²]. */
function addSelves(work: Work): v128 {
  const m = work.students;
  const pair = changetype<Pair>(work.pair);
  const overlaps = pair.overlaps;
  const half = f64x2.splat(0.5);
  let loss = zeros();
  let known: usize = 0;
  for (let i = 0; i < m; ) {
    const table = tableOf(work, i, i);
    const two = i + 1 < m && tableOf(work, i + 1, i + 1) == table;
    const at = <usize>i << 3;
    readSelf(work, i, overlaps);
    if (work.order > 0) evaluateLengths(work, table, i, i, termsOf(work, i), overlaps + RHO);
    else if (changetype<usize>(table) != known) evaluateMoments(table, overlaps + RHO, work.moments);
    known = changetype<usize>(table);
    differentiatePair(table, pair, work.moments);

    const slopes = pair.results + 16;
    const a = firstLanes(work.amplitudes + at, two);
    const square = f64x2.mul(a, a);
    const value = f64x2.mul(a, v128.load(pair.results));
    const sum = f64x2.add(
      f64x2.add(v128.load(slopes, ALPHA1), v128.load(slopes, BETA1)),
      f64x2.add(v128.load(slopes, ALPHA2), v128.load(slopes, BETA2)),
    );
    loss = f64x2.add(loss, f64x2.mul(f64x2.mul(half, a), value));
    addTo(work.amplitudeSlopes + at, value);
    addTo(work.ownSlopes + at, f64x2.mul(f64x2.mul(half, square), sum));
    if (work.order > 0) {
      differentiateLengths(table, pair, work.moments);
      const both = f64x2.add(v128.load(pair.lengths), v128.load(pair.lengths, SECOND));
      addTo(work.lengthSlopes + at, f64x2.mul(f64x2.mul(half, square), both));
    }
    const byRho = f64x2.mul(square, v128.load(slopes, RHO));
    const byGamma = f64x2.mul(square, v128.load(slopes, GAMMA));
    const expert = <usize>(work.paddedUnits + i) * STEP_BYTES;
    v128.store64_lane(routerSlopes(work, i) + <usize>i * STEP_BYTES, byRho, 0);
    v128.store64_lane(expertSlopes(work, i) + expert, byGamma, 0);
    if (two) {
      v128.store64_lane(routerSlopes(work, i + 1) + <usize>(i + 1) * STEP_BYTES, byRho, 1);
      v128.store64_lane(expertSlopes(work, i + 1) + expert + STEP_BYTES, byGamma, 1);
    }
    i += two ? 2 : 1;
  }
  return loss;
}

/** Unit i of the student with all later ones and with those of the teacher: a_i b_l E[u_i u_l]. */
function addUnit(work: Work, i: i32): v128 {
  const pair = changetype<Pair>(work.pair);
  const overlaps = pair.overlaps;
  const units = work.units;
  const a = v128.load64_splat(work.amplitudes + (<usize>i << 3));
  let loss = zeros();
  let byAmplitude = zeros();
  let byOwn = zeros();
  let byLength = zeros();
  const terms = work.order > 0 ? doubleTerms(work, i) : 0;
  for (let l = i + 1; l < units; ) {
    const table = tableOf(work, i, l);
    const two = l + 1 < units && tableOf(work, i, l + 1) == table;
    const at = <usize>l << 3;
    readPair(work, i, l, overlaps);
    if (work.order > 0) evaluateLengths(work, table, i, l, terms, overlaps + RHO);
    else evaluateMoments(table, overlaps + RHO, work.moments);
    differentiatePair(table, pair, work.moments);

    const slopes = pair.results + 16;
    const b = firstLanes(work.amplitudes + at, two);
    const value = firstLanes(pair.results, two);
    const weight = f64x2.mul(a, b);
    loss = f64x2.add(loss, f64x2.mul(weight, value));
    byAmplitude = f64x2.add(byAmplitude, f64x2.mul(b, value));
    byOwn = f64x2.add(byOwn, f64x2.mul(weight, v128.load(slopes, ALPHA1)));
    addTo(work.amplitudeSlopes + at, f64x2.mul(a, value));
    addTo(work.ownSlopes + at, f64x2.mul(weight, v128.load(slopes, BETA2)));
    if (work.order > 0) {
      differentiateLengths(table, pair, work.moments);
      byLength = f64x2.add(byLength, f64x2.mul(weight, v128.load(pair.lengths)));
      addTo(work.lengthSlopes + at, f64x2.mul(weight, v128.load(pair.lengths, SECOND)));
    }
    storeSlopes(work, i, l, two, weight, slopes);
    l += two ? 2 : 1;
  }
  addLanes(work.amplitudeSlopes + (<usize>i << 3), byAmplitude);
  addLanes(work.ownSlopes + (<usize>i << 3), byOwn);
  if (work.order > 0) addLanes(work.lengthSlopes + (<usize>i << 3), byLength);
  return loss;
}

/** Ω of unit i with units l and, if there are two, l + 1, and for units of the student the same in their own rows. */
function storeSlopes(work: Work, i: i32, l: i32, two: bool, weight: v128, slopes: usize): void {
  const right = <usize>work.paddedUnits * STEP_BYTES;
  const byRho = f64x2.mul(weight, v128.load(slopes, RHO));
  const byAlpha = f64x2.mul(weight, v128.load(slopes, ALPHA2));
  const byBeta = f64x2.mul(weight, v128.load(slopes, BETA1));
  const byGamma = f64x2.mul(weight, v128.load(slopes, GAMMA));
  const column = <usize>l * STEP_BYTES;
  const router = routerSlopes(work, i) + column;
  const expert = expertSlopes(work, i) + column;
  v128.store64_lane(router, byRho, 0);
  v128.store64_lane(router + right, byAlpha, 0);
  v128.store64_lane(expert, byBeta, 0);
  v128.store64_lane(expert + right, byGamma, 0);
  if (two) {
    v128.store64_lane(router + STEP_BYTES, byRho, 1);
    v128.store64_lane(router + right + STEP_BYTES, byAlpha, 1);
    v128.store64_lane(expert + STEP_BYTES, byBeta, 1);
    v128.store64_lane(expert + right + STEP_BYTES, byGamma, 1);
  }
  const own = <usize>i * STEP_BYTES;
  if (l < work.students) {
    const routerL = routerSlopes(work, l) + own;
    const expertL = expertSlopes(work, l) + own;
    v128.store64_lane(routerL, byRho, 0);
    v128.store64_lane(routerL + right, byBeta, 0);
    v128.store64_lane(expertL, byAlpha, 0);
    v128.store64_lane(expertL + right, byGamma, 0);
  }
  if (two && l + 1 < work.students) {
    const routerL = routerSlopes(work, l + 1) + own;
    const expertL = expertSlopes(work, l + 1) + own;
    v128.store64_lane(routerL, byRho, 1);
    v128.store64_lane(routerL + right, byBeta, 1);
    v128.store64_lane(expertL, byAlpha, 1);
    v128.store64_lane(expertL + right, byGamma, 1);
  }
}

/** Row i of V in Ω, and row i of W. */
function routerSlopes(work: Work, i: i32): usize {
  return work.slopes + <usize>(i >> 2) * stripBytes(work) + (<usize>(i & 3) << 3);
}

function expertSlopes(work: Work, i: i32): usize {
  return routerSlopes(work, ((work.students + 3) & ~3) + i);
}

/** Bytes of four rows of Ω. */
function stripBytes(work: Work): usize {
  return 2 * <usize>work.paddedUnits * STEP_BYTES;
}

/** Two numbers, or one and a 0. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function firstLanes(source: usize, two: bool): v128 {
  return two ? v128.load(source) : v128.load64_zero(source);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function addTo(target: usize, value: v128): void {
  v128.store(target, f64x2.add(v128.load(target), value));
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function addLanes(target: usize, value: v128): void {
  store<f64>(target, load<f64>(target) + sumOfLanes(value));
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function sumOfLanes(value: v128): f64 {
  return f64x2.extract_lane(value, 0) + f64x2.extract_lane(value, 1);
}

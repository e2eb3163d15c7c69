import type { MoE, Params } from '@softmoe/model';
import { norm, normAt, param, parameterLayout, realPower } from '@softmoe/model/linalg';
import { slopeAdder } from '../displace.ts';

const SAFETY = 0.9;
const LEAST_GROWTH = 0.2;
const MOST_GROWTH = 5;
/** An error far below the tolerance says nothing about the next one. */
const LEAST_ERROR = 1e-4;

/**
 * The largest estimated error of a row, |h Σ_s weights[s]·slopes[s]|, in units of atol + rtol·|row|. A row counts by its
 * length, so the estimate doesn't depend on the coordinates (a run in span coordinates takes the same steps), and the
 * largest counts, so units at rest don't hide the one that moves. An entry of a vector is a row of its own.
 */
export function errorNorm(
  before: MoE,
  after: MoE,
  length: number,
  weights: readonly number[],
  slopes: readonly Params[],
  rtol: number,
  atol: number,
): number {
  const scales = weights.map((weight) => length * weight);
  let largest = 0;
  for (const { name, shape } of Object.values(parameterLayout(before.spec))) {
    const columns = shape[1] ?? 1;
    const from = param(before.params, name).data;
    const to = param(after.params, name).data;
    const add = slopeAdder(name, scales, slopes);
    const error = new Float64Array(columns);
    for (let start = 0; start < from.length; start += columns) {
      const scale =
        atol + rtol * Math.max(normAt(from, start, columns), normAt(to, start, columns));
      error.fill(0);
      add(start, columns, error, 0);
      const ratio = norm(error) / scale;
      if (Number.isNaN(ratio)) return Infinity;
      largest = Math.max(largest, ratio);
    }
  }
  return largest;
}

/** A first step in which no row moves by more than a hundredth of its length: the controller finds the rest. */
export function firstStep(model: MoE, slope: Params): number {
  let fastest = 0;
  for (const { name, shape } of Object.values(parameterLayout(model.spec))) {
    const columns = shape[1] ?? 1;
    const from = param(model.params, name).data;
    const speed = param(slope, name).data;
    for (let start = 0; start < from.length; start += columns) {
      const size = normAt(from, start, columns) || 1;
      fastest = Math.max(fastest, normAt(speed, start, columns) / size);
    }
  }
  return fastest > 0 ? 0.01 / fastest : 1;
}

/** Gustafsson's PI controller: smooth where stability and not accuracy limits the step. */
export function growthAfterAccept(
  error: number,
  previousError: number,
  order: number,
  rejected: boolean,
): number {
  const now = Math.max(error, LEAST_ERROR);
  const before = Math.max(previousError, LEAST_ERROR);
  const growth = SAFETY * realPower(now, -0.7 / order) * realPower(before, 0.4 / order);
  return Math.min(Math.max(growth, LEAST_GROWTH), rejected ? 1 : MOST_GROWTH);
}

export function shrinkAfterReject(error: number, order: number): number {
  return Math.max(SAFETY * realPower(error, -1 / order), LEAST_GROWTH);
}

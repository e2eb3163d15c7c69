import type { Gram } from '@softmoe/model';
import { at, axpy, dot, dotAt, norm } from '@softmoe/model/linalg';
import { type Factor, factorise } from './factor.ts';
import { checkGram, type GramOptions, resolutionOf } from './gram.ts';

/** The best that greedy backward elimination found with `size` units. */
export interface CurvePoint {
  readonly size: number;
  /** Loss after refitting the amplitudes of `kept`, docs/theory.md (26). */
  readonly loss: number;
  /** Units kept, ascending. */
  readonly kept: readonly number[];
}

/**
 * Greedy backward elimination: from all m units down to none, each time removing the unit whose loss costs least after
 * refitting the amplitudes of the rest, docs/theory.md (25) and (26). Returns m + 1 points, sizes m, m − 1, …, 0; the
 * last is the null loss ½E y². Units that the others span to within max(1e-12, noise) go first, at no cost. The loss
 * never falls from one point to the next. O(m³) in all.
 *
 * Throws a typed error for Gram data that is not finite, symmetric, positive semidefinite and of matching shapes.
 */
export function eliminationCurve(gram: Gram, options: GramOptions = {}): CurvePoint[] {
  const resolution = resolutionOf(options);
  checkGram(gram, resolution);
  const factor = factorise(gram, resolution);
  const kept = new Set(gram.cross.data.keys());
  const nullLoss = 0.5 * gram.target;
  let loss = nullLoss * factor.unexplained;
  const curve: CurvePoint[] = [];
  const record = () => curve.push({ size: kept.size, loss, kept: [...kept] });

  record();
  for (const unit of factor.dependent) {
    kept.delete(unit);
    record();
  }
  for (const { unit, rise } of eliminate(factor)) {
    kept.delete(unit);
    loss += nullLoss * rise;
    record();
  }
  return curve;
}

/**
 * The order of elimination and what each step adds to the unexplained share of E y².
 *
 * With n_i the dual vectors of the units (n_i·u_l = δ_il) and y the target's coordinates, the amplitudes are a_i = n_i·y,
 * and removing unit i costs (n_i·y)²/‖n_i‖² = a_i²/(G⁻¹)_ii and projects the other duals and y on the complement of n_i.
 * Only projections of square roots of G⁻¹ are taken: with near duplicates at relative distance δ the error grows as
 * ε/δ, where updating G⁻¹ itself would lose ε/δ⁴; the costs are squares, so they add up without cancellation.
 */
function* eliminate(factor: Factor): Generator<{ unit: number; rise: number }> {
  const n = factor.units.length;
  const duals = dualVectors(factor);
  const target = factor.target.slice();
  const left = new Map(factor.units.entries());
  while (left.size > 0) {
    let cheapest = { i: -1, unit: -1, rise: Infinity };
    for (const [i, unit] of left) {
      const amplitude = dotAt(duals, i * n, target, 0, n);
      const rise = amplitude ** 2 / dotAt(duals, i * n, duals, i * n, n);
      if (cheapest.i < 0 || rise < cheapest.rise) cheapest = { i, unit, rise };
    }
    const { i: removed, unit, rise } = cheapest;
    left.delete(removed);
    const direction = unitVector(duals.subarray(removed * n, (removed + 1) * n));
    for (const i of left.keys()) removeComponent(duals.subarray(i * n, (i + 1) * n), direction);
    removeComponent(target, direction);
    yield { unit, rise };
  }
}

/** Row i: the solution x of L x = e_i, [rank, rank]. */
function dualVectors({ lower, units }: Factor): Float64Array {
  const n = units.length;
  const duals = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let q = i; q < n; q++) {
      const rest = (q === i ? 1 : 0) - dotAt(lower, q * n, duals, i * n, q);
      duals[i * n + q] = rest / at(lower, q * n + q);
    }
  }
  return duals;
}

function unitVector(vector: Float64Array): Float64Array {
  const length = norm(vector);
  return vector.map((x) => x / length);
}

function removeComponent(vector: Float64Array, direction: Float64Array): void {
  axpy(-dot(vector, direction), direction, vector);
}

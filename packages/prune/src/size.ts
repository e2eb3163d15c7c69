import { UnknownNameError, ValueError } from '@softmoe/model';
import { requireFinite, requireInteger } from '@softmoe/model/checks';
import type { CurvePoint } from './elimination.ts';
import { type GramOptions, resolutionOf } from './gram.ts';

/** How the number of units is decided: given, by the loss allowed relative to the null loss, or by the cliff. */
export type SizeRule = { readonly size: number } | { readonly tolerance: number } | 'cliff';

/** The size that `rule` picks on an elimination curve. Throws a typed error for a rule that no size satisfies. */
export function chooseSize(
  curve: readonly CurvePoint[],
  rule: SizeRule,
  options: GramOptions = {},
): number {
  requireRule(rule, curve.length - 1);
  if (rule === 'cliff') return cliff(curve, options).size;
  return 'size' in rule ? rule.size : sizeWithin(curve, rule.tolerance, options);
}

/**
 * Throws a typed error unless `rule` is one rule, and not two at once, within the range that `experts` units allow. Pruning
 * where units share their gates is long: this is known before it begins.
 */
export function requireRule(rule: SizeRule, experts: number): void {
  if (rule === 'cliff') return;
  if (typeof rule !== 'object' || rule === null || 'size' in rule === 'tolerance' in rule) {
    throw new UnknownNameError('is not a rule for the size', {
      field: 'rule',
      value: rule,
      remedy: "Use one of 'cliff', { size } and { tolerance }.",
    });
  }
  if ('size' in rule) requireInteger('rule.size', rule.size, 1, experts);
  else requireTolerance(rule.tolerance);
}

function requireTolerance(tolerance: number): void {
  requireFinite('rule.tolerance', tolerance, 0, 1);
}

/**
 * The size at which the elimination curve falls off: the s ≥ 1 with the largest ratio L(s − 1)/L(s), the smallest such
 * s if several share it, docs/theory.md (28). A loss below max(1e-12, noise) of the null loss counts as that floor, so
 * ratios of rounding errors weigh nothing. A `ratio` near 1 says that there is no cliff to speak of.
 */
export function cliff(
  curve: readonly CurvePoint[],
  options: GramOptions = {},
): { size: number; ratio: number } {
  const nullLoss = nullLossOf(curve);
  const floor = resolutionOf(options) * nullLoss;
  let best = { size: 0, ratio: 0 };
  let smaller: CurvePoint | undefined;
  for (const point of curve.toReversed()) {
    const ratio = smaller ? Math.max(smaller.loss, floor) / Math.max(point.loss, floor) : 0;
    if (ratio > best.ratio) best = { size: point.size, ratio };
    smaller = point;
  }
  return best;
}

/**
 * The smallest size s ≥ 1 whose loss is at most `tolerance` (0 to 1) times the null loss; a tolerance below
 * max(1e-12, noise) counts as that floor. Throws {@link ValueError} when no size gets there.
 */
export function sizeWithin(
  curve: readonly CurvePoint[],
  tolerance: number,
  options: GramOptions = {},
): number {
  requireTolerance(tolerance);
  const nullLoss = nullLossOf(curve);
  const allowed = Math.max(tolerance, resolutionOf(options)) * nullLoss;
  const point = curve.findLast(({ size, loss }) => size > 0 && loss <= allowed);
  if (point) return point.size;
  const least = Math.min(...curve.map(({ loss }) => loss)) / nullLoss;
  throw new ValueError('is less than the loss of every size, relative to the null loss', {
    field: 'rule.tolerance',
    value: tolerance,
    remedy: `Use at least ${least}, or train longer before pruning.`,
  });
}

/** The null loss L(0), after a check that the curve ends there. */
function nullLossOf(curve: readonly CurvePoint[]): number {
  const last = curve.at(-1);
  if (curve.length > 1 && last?.size === 0 && last.loss > 0) return last.loss;
  throw new ValueError('must run from all units down to none, with a target that is not zero', {
    field: 'curve',
    value: last,
    remedy: 'Pass what eliminationCurve returns for Gram data with a positive target.',
  });
}

import { createMoE, type Gram, type MoE, param, requireFunction, ShapeError } from '@softmoe/model';
import { type ClusterOptions, redundancy, requireRedundancy } from './clusters.ts';
import { type CurvePoint, eliminationCurve } from './elimination.ts';
import { checkGram, lossOf, resolutionOf } from './gram.ts';
import { merge, requireIndependent } from './merge.ts';
import { refitUnits } from './refit.ts';
import { chooseSize, requireRule, type SizeRule } from './size.ts';

/** Gram data of a model against the target; it must give the same answer for the same units every time. */
export type GramOf = (model: MoE) => Gram | Promise<Gram>;

export interface Pruned {
  /** The small model, of `kept.length` units. */
  readonly model: MoE;
  /** For each of its units, the unit of the original that it stands for, ascending. */
  readonly kept: readonly number[];
  /** For each of its units, the original units merged in it: the kept one first, then from the most redundant on. */
  readonly merged: readonly (readonly number[])[];
  /** The elimination curve of the original, from all units down to none. */
  readonly curve: readonly CurvePoint[];
  /** Loss of the original with its own amplitudes, from its own Gram data, docs/theory.md (12). */
  readonly lossBefore: number;
  /** Loss of `model` with its own amplitudes, from its own Gram data. */
  readonly lossAfter: number;
}

/** Losses closer than this, relative to the null loss, differ by rounding only. */
const TIE = 1e-14;

/**
 * Prunes `model` on Gram data alone: the size by `rule` on the elimination curve, duplicates of kept units merged into them
 * where that does not raise the loss, amplitudes refitted, docs/theory.md (25) to (29). No size of the teacher goes in.
 * `gramOf` is called at most three times: for the model, for candidate merges (at most m units), and for the result.
 *
 * Independent routing only. Under softmax routing a unit's output depends on all the others through the common
 * denominator: removing one changes every E[u_i u_l], so subsets of one Gram matrix are not the Gram matrices of the
 * smaller models, and an elimination curve would need new data for every candidate.
 *
 * Throws {@link UnsupportedError} for softmax routing, {@link ShapeError} when the Gram data does not have the model's
 * size, {@link ValueError} or {@link UnknownNameError} for what is no model, Gram data that is no second moment, unknown
 * options and a rule that cannot be met.
 */
export async function prune(
  model: MoE,
  gramOf: GramOf,
  rule: SizeRule = 'cliff',
  options: ClusterOptions = {},
): Promise<Pruned> {
  requireIndependent(model);
  requireFunction('gramOf', gramOf);
  requireRule(rule);
  const resolution = resolutionOf(options);
  const threshold = requireRedundancy(options);
  const checkedGramOf = async (of: MoE) => {
    const gram = await gramOf(of);
    checkGram(gram, resolution);
    checkSize(gram, of);
    return gram;
  };

  const gram = await checkedGramOf(model);
  const curve = eliminationCurve(gram, options);
  const size = chooseSize(curve, rule, options);
  const { kept } = curve.find((point) => point.size === size)!;

  const duplicates = duplicatesOf(kept, redundancy(gram, options).data, threshold);
  const merged = duplicates.some((group) => group.length > 1)
    ? await chooseMerges(model, duplicates, checkedGramOf, resolution)
    : duplicates;

  const directions = merge(model, merged);
  const after = await checkedGramOf(directions);
  const { amplitude } = refitUnits(after, [...kept.keys()], resolution);
  return {
    model: createMoE(directions.spec, { ...directions.params, amplitude }),
    kept,
    merged,
    curve,
    lossBefore: lossOf(gram, param(model.params, 'amplitude').data),
    lossAfter: lossOf(after, amplitude.data),
  };
}

/** For each kept unit, itself and the dropped units most redundant with it, the most redundant first. */
function duplicatesOf(
  kept: readonly number[],
  redundancies: Float64Array,
  threshold: number,
): number[][] {
  const m = Math.sqrt(redundancies.length);
  const share = (i: number, l: number) => redundancies[i * m + l]!;
  const groups = new Map(kept.map((unit) => [unit, [unit]]));
  for (let i = 0; i < m; i++) {
    if (groups.has(i)) continue;
    const nearest = kept.reduce((best, unit) => (share(i, unit) > share(i, best) ? unit : best));
    if (share(i, nearest) >= threshold) groups.get(nearest)!.push(i);
  }
  return kept.map((unit) => {
    const [, ...others] = groups.get(unit)!;
    return [unit, ...others.sort((i, l) => share(l, unit) - share(i, unit))];
  });
}

/**
 * For each group, how many of its units to merge: the number with the lowest loss after refitting, groups in turn, the
 * larger number where rounding alone tells them apart. All candidates stand side by side in one model, so that one
 * Gram matrix holds the Gram matrix of every selection.
 */
async function chooseMerges(
  model: MoE,
  groups: readonly (readonly number[])[],
  gramOf: (model: MoE) => Promise<Gram>,
  resolution: number,
): Promise<number[][]> {
  const candidates = groups.flatMap((group, g) =>
    group.map((_, index) => ({ g, units: group.slice(0, index + 1) })),
  );
  const units = candidates.map((candidate) => candidate.units);
  const gram = await gramOf(merge(model, units));
  const tie = 0.5 * gram.target * TIE;
  const chosen = groups.map((_, g) => candidates.findIndex((candidate) => candidate.g === g));
  groups.forEach((group, g) => {
    const first = chosen[g]!;
    const losses = group.map(
      (_, index) => refitUnits(gram, chosen.with(g, first + index), resolution).loss,
    );
    const lowest = Math.min(...losses);
    chosen[g] = first + losses.findLastIndex((loss) => loss <= lowest + tie);
  });
  return chosen.map((candidate) => units[candidate]!);
}

function checkSize(gram: Gram, model: MoE): void {
  const { experts } = model.spec;
  if (gram.cross.data.length === experts) return;
  throw new ShapeError(`must have a row for each of the ${experts} units`, {
    field: 'gram.cross',
    value: gram.cross.data.length,
    remedy: 'Let gramOf compute the Gram data of the model that it is given.',
  });
}

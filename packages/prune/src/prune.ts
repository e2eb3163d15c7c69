import {
  createMoE,
  type Gram,
  type MoE,
  type NDArray,
  ShapeError,
  ValueError,
} from '@softmoe/model';
import { requireFinite, requireFunction, requireModel, routingOf } from '@softmoe/model/checks';
import { entry, matrixSize, takeRows } from '@softmoe/model/linalg';
import { type CurvePoint, eliminationCurve } from './elimination.ts';
import { checkGram, type GramOptions, lossOf, redundancy, resolutionOf, tieOf } from './gram.ts';
import { merge } from './merge.ts';
import { refitUnits } from './refit.ts';
import { firstOf, pointOf, regroupings } from './regroup.ts';
import { chooseSize, requireRule, type SizeRule } from './size.ts';

/** Gram data of a model against the target; it must give the same answer for the same units every time. */
export type GramOf = (model: MoE) => Gram | Promise<Gram>;

/** How {@link prune} tells duplicates, and how well the Gram data is known. */
export interface PruneOptions extends GramOptions {
  /** Least redundancy of two duplicates, from 0.5 to 1; 0.7 by default. */
  readonly redundancy?: number;
}

/** A pruned model and what it came from. */
export interface Pruned {
  /** The small model, of `kept.length` units. */
  readonly model: MoE;
  /** For each of its units, the unit of the original that it stands for, ascending. */
  readonly kept: readonly number[];
  /**
   * For each of its units, the original units merged in it: the kept one first, then from the most redundant on, or from the
   * largest share of the gate on where units share their gates.
   */
  readonly merged: readonly (readonly number[])[];
  /** The elimination curve of the original, from all units down to none. */
  readonly curve: readonly CurvePoint[];
  /** Loss of the original with its own amplitudes, from its own Gram data, docs/theory.md (12). */
  readonly lossBefore: number;
  /** Loss of `model` with its own amplitudes, from its own Gram data. */
  readonly lossAfter: number;
}

/**
 * Redundancy from which two units count as duplicates, unless told otherwise: an angle of 45°. Two sigmoid units with one
 * expert and unrelated routers have 0.85, and belong together when routers are still on their way.
 */
const DUPLICATE = 0.7;

/**
 * Prunes `model` on Gram data alone: the size by `rule` on the elimination curve, duplicates of kept units merged into them
 * where that does not raise the loss, amplitudes refitted, docs/theory.md (25) to (29). No size of the teacher goes in.
 *
 * Where every unit has its own gate `gramOf` is called at most three times: for the model, for candidate merges (at most m units),
 * and for the result. Where units share their gates a unit's output depends on all the others, so that each candidate of the
 * elimination is a model of its own: at most m² calls. There `redundancy` has no meaning.
 *
 * Throws {@link ShapeError} when the Gram data does not have the model's size, {@link ValueError} or
 * `UnknownNameError` for what is no model, Gram data that is no second moment, unknown options and a rule that cannot
 * be met.
 */
export async function prune(
  model: MoE,
  gramOf: GramOf,
  rule: SizeRule = 'cliff',
  options: PruneOptions = {},
): Promise<Pruned> {
  requireModel('model', model);
  requireFunction('gramOf', gramOf);
  requireRule(rule, model.spec.experts);
  const resolution = resolutionOf(options);
  const { redundancy: threshold = DUPLICATE } = options;
  requireFinite('redundancy', threshold, 0.5, 1);
  const { name, ownGates } = routingOf(model.spec.routing);
  if (!ownGates) requireNoThreshold(options, name);
  const checkedGramOf = async (of: MoE) => {
    const gram = await gramOf(of);
    checkGram(gram, resolution);
    checkSize(gram, of);
    return gram;
  };

  return ownGates
    ? pruneUnits(model, checkedGramOf, rule, threshold, resolution, options)
    : pruneGroups(model, checkedGramOf, rule, resolution, options);
}

type CheckedGramOf = (model: MoE) => Promise<Gram>;

/** Every unit with its own gate: every subset of the units has its Gram data inside that of all of them. */
async function pruneUnits(
  model: MoE,
  gramOf: CheckedGramOf,
  rule: SizeRule,
  threshold: number,
  resolution: number,
  options: PruneOptions,
): Promise<Pruned> {
  const gram = await gramOf(model);
  const curve = eliminationCurve(gram, options);
  const size = chooseSize(curve, rule, options);
  const { kept } = curve.find((point) => point.size === size)!;

  const duplicates = duplicatesOf(kept, redundancy(gram, options), threshold);
  const merged = duplicates.some((group) => group.length > 1)
    ? await chooseMerges(model, duplicates, gramOf, resolution)
    : duplicates;

  const directions = merge(model, merged);
  const after = await gramOf(directions);
  const { amplitude } = refitUnits(after, [...kept.keys()], resolution);
  return {
    model: withAmplitude(directions, amplitude),
    kept,
    merged,
    curve,
    lossBefore: lossOf(gram, model.params.amplitude.data),
    lossAfter: lossOf(after, amplitude.data),
  };
}

/** Shared gates: every candidate has Gram data of its own, and so has the model that is chosen. */
async function pruneGroups(
  model: MoE,
  gramOf: CheckedGramOf,
  rule: SizeRule,
  resolution: number,
  options: PruneOptions,
): Promise<Pruned> {
  const found = await regroupings(model, gramOf, resolution);
  const { gram } = found[0]!;
  const curve = [...found.map(pointOf), { size: 0, loss: 0.5 * gram.target, kept: [] }];
  const size = chooseSize(curve, rule, options);
  const chosen = found.find(({ groups }) => groups.length === size)!;
  const merged = chosen.groups.toSorted((a, b) => firstOf(a) - firstOf(b));
  // Model and amplitudes stay as found, in the order of the units kept.
  const order = merged.map((group) => chosen.groups.indexOf(group));
  const amplitude = takeRows(chosen.refit.amplitude, order);
  return {
    model: withAmplitude(merge(model, merged), amplitude),
    kept: merged.map(firstOf),
    merged,
    curve,
    lossBefore: lossOf(gram, model.params.amplitude.data),
    lossAfter: lossOf(chosen.gram, chosen.refit.amplitude.data),
  };
}

function withAmplitude({ spec, params }: MoE, amplitude: NDArray): MoE {
  return createMoE(spec, { ...params, amplitude });
}

/** For each kept unit, itself and the dropped units most redundant with it, the most redundant first. */
function duplicatesOf(
  kept: readonly number[],
  redundancies: NDArray,
  threshold: number,
): number[][] {
  const { rows: m } = matrixSize(redundancies);
  const share = (i: number, l: number) => entry(redundancies, i, l);
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
  gramOf: CheckedGramOf,
  resolution: number,
): Promise<number[][]> {
  const candidates = groups.flatMap((group, g) =>
    group.map((_, index) => ({ g, units: group.slice(0, index + 1) })),
  );
  const units = candidates.map((candidate) => candidate.units);
  const gram = await gramOf(merge(model, units));
  const firstCandidate = (g: number) => candidates.findIndex((candidate) => candidate.g === g);
  const chosen = [...groups.keys()].map(firstCandidate);
  groups.forEach((group, g) => {
    const first = firstCandidate(g);
    const losses = group.map(
      (_, index) => refitUnits(gram, chosen.with(g, first + index), resolution).loss,
    );
    const lowest = Math.min(...losses);
    chosen[g] = first + losses.findLastIndex((loss) => loss <= lowest + tieOf(gram));
  });
  return units.filter((_, candidate) => chosen.includes(candidate));
}

function requireNoThreshold({ redundancy: threshold }: PruneOptions, routing: string): void {
  if (threshold === undefined) return;
  throw new ValueError(
    `has no meaning under ${routing} routing, where the loss decides what to merge`,
    {
      field: 'redundancy',
      value: threshold,
      remedy: 'Leave it out.',
    },
  );
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

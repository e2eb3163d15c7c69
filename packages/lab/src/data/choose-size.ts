import { createReferenceBackend } from '@softmoe/backend';
import type { MoE } from '@softmoe/model';
import { hasOwnGates } from '@softmoe/model/checks';
import { difference } from '@softmoe/model/linalg';
import { type GramOf, prune, type SizeRule } from '@softmoe/prune';
import { candidateGram, type Dataset, sampled } from '@softmoe/sampled';
import { type JournaledWatch, journaledFit } from './fit-journal.ts';
import {
  type ErrorOn,
  errorOn,
  meanOf,
  squaredErrors,
  type ValidatedFit,
} from './validated-fit.ts';

/**
 * How the number of units is decided on data: as on a population, or the smallest whose validation error is within one standard error
 * of the least, each size fine-tuned for a few steps. The standard error is that of the difference of both on the same rows: what rows
 * have of noise both sizes meet alike, and it says nothing of which is better.
 */
export type DataSizeRule = SizeRule | 'one-standard-error';

/** A number of units and the error that a model of so many has on validation. */
export interface SizePoint {
  readonly size: number;
  readonly validation: ErrorOn;
}

/** A pruned model and what led to its size. */
export interface ChosenSize {
  readonly model: MoE;
  /** From all units down, as far as they were tried; only the two ends where a rule of the elimination curve chose. */
  readonly sizes: readonly SizePoint[];
  /** Levenberg–Marquardt of all sizes that were tried. */
  readonly fits: readonly { readonly model: MoE; readonly steps: number }[];
}

/** Fine-tuning of each size that is tried: enough for its error to be that of the size, and not of the cut. */
const RETRAIN = { steps: 12, patience: 5 };
/** Standard errors above the least from which smaller sizes are not tried. */
const HOPELESS = 5;

/** Prunes `model` on Gram data of the rows to train on, docs/theory.md (25) and (26), to the size that `rule` says. */
export async function chooseSize(
  model: MoE,
  data: Pick<Dataset, 'train' | 'validation'>,
  rule: DataSizeRule,
  watch: JournaledWatch = {},
): Promise<ChosenSize> {
  const gramOf = gramOn(data.train, model);
  if (rule === 'one-standard-error') return oneStandardError(model, data, gramOf, watch);
  const pruned = await prune(model, gramOf, rule);
  const sizes = [model, pruned.model].map((at) => ({
    size: at.spec.experts,
    validation: errorOn(at, data.validation),
  }));
  return { model: pruned.model, sizes, fits: [] };
}

async function oneStandardError(
  start: MoE,
  data: Pick<Dataset, 'train' | 'validation'>,
  gramOf: GramOf,
  watch: JournaledWatch,
): Promise<ChosenSize> {
  const fits: ValidatedFit[] = [];
  let least = { model: start, squares: squaredErrors(start, data.validation) };
  const tried = [least];
  for (let { model } = least; model.spec.experts > 1; ) {
    const pruned = await prune(model, gramOf, { size: model.spec.experts - 1 });
    const fit = await journaledFit(pruned.model, data, RETRAIN, watch);
    fits.push(fit);
    model = fit.model;
    const point = { model, squares: squaredErrors(model, data.validation) };
    tried.push(point);
    if (meanOf(point.squares).mean < meanOf(least.squares).mean) least = point;
    if (!isWithin(HOPELESS, point.squares, least.squares)) break;
  }
  const within = tried.findLast(({ squares }) => isWithin(1, squares, least.squares));
  return {
    model: (within ?? least).model,
    sizes: tried.map(({ model }) => ({
      size: model.spec.experts,
      validation: errorOn(model, data.validation),
    })),
    fits,
  };
}

/** Whether squared errors are on the mean above others of the same rows by no more than so many standard errors of the difference. */
export function isWithin(errors: number, squares: Float64Array, least: Float64Array): boolean {
  const { mean, standardError } = meanOf(difference(squares, least));
  return mean <= errors * standardError;
}

/** Gram data of the rows to train on, in float64. */
function gramOn(train: Dataset['train'], { spec: { routing } }: MoE): GramOf {
  return hasOwnGates(routing)
    ? sampled(train, createReferenceBackend()).gram
    : candidateGram(train);
}

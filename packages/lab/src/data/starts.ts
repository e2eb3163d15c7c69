import type { MoE } from '@softmoe/model';
import { tangentDim } from '@softmoe/model/linalg';
import type { Dataset } from '@softmoe/sampled';
import { type JournaledWatch, journaledFit } from './fit-journal.ts';
import type { Stopping, ValidatedFit } from './validated-fit.ts';

/** A model trained from a random start. */
export interface Start extends ValidatedFit {
  readonly seed: number;
}

/** What decides how many starts are trained. */
export interface StartsOptions extends Stopping {
  readonly seed: number;
  /** At least so many. */
  readonly starts: number;
  /** Further ones until all together have cost so much. Default 0. */
  readonly work?: number;
  /** Numbers that a model can change, its degrees of freedom unless told otherwise. */
  readonly freedom?: (model: MoE) => number;
}

/** Starts at most, however little each of them costs: one that stands still from the first step on costs nothing. */
const MOST = 1000;

/**
 * What Levenberg–Marquardt costs, in products a row of the sample: its steps times the square of the degrees of freedom. Unlike
 * seconds it is the same on every machine.
 */
export function workOf(
  fits: readonly { readonly model: MoE; readonly steps: number }[],
  freedom: (model: MoE) => number = ({ spec }) => tangentDim(spec),
): number {
  return fits.reduce((sum, { model, steps }) => sum + steps * freedom(model) ** 2, 0);
}

/**
 * Models trained from `create(seed)` for one seed after another, in that order. The best of those before is the rival of the next one,
 * which is given up once it is behind.
 */
export async function trainStarts(
  create: (seed: number) => MoE,
  data: Pick<Dataset, 'train' | 'validation'>,
  { seed, starts, work = 0, freedom, ...stopping }: StartsOptions,
  watch: JournaledWatch = {},
): Promise<Start[]> {
  const trained: Start[] = [];
  while (trained.length < starts || (workOf(trained, freedom) < work && trained.length < MOST)) {
    const next = seed + trained.length;
    const rival = trained.length > 0 ? bestOf(trained).course : [];
    const fit = await journaledFit(create(next), data, stopping, watch, rival);
    trained.push({ seed: next, ...fit });
  }
  return trained;
}

/** The first of those of least validation error. */
export function bestOf(starts: readonly Start[]): Start {
  return starts.reduce((best, start) =>
    start.validation.meanSquare < best.validation.meanSquare ? start : best,
  );
}

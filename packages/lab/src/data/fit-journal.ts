import { createMoE, type MoE } from '@softmoe/model';
import type { Dataset } from '@softmoe/sampled';
import { SnapshotError } from '../errors.ts';
import {
  errorOn,
  type FitRecord,
  type FitWatch,
  type Stopping,
  type ValidatedFit,
  validatedFit,
} from './validated-fit.ts';

/** A fit that has ended, with the parameters of its model alone: its spec is that of where it began. */
export interface EndedFit extends Omit<ValidatedFit, 'model'> {
  readonly params: MoE['params'];
}

/** Where fits are kept as they end, so that a run that was stopped goes on after the last of them, to the same bits. */
export interface FitJournal {
  /** The next of the fits that ended before the run was stopped, from the first on; undefined after the last. */
  next(): EndedFit | undefined;
  /** Called with each fit that ends, but for those that `next` gave. */
  keep(fit: EndedFit): void | Promise<void>;
}

/** How training on a sample is followed, stopped and gone on with. */
export interface JournaledWatch<Record = FitRecord> extends FitWatch<Record> {
  readonly journal?: FitJournal | undefined;
}

/**
 * What {@link validatedFit} makes of `start`, taken from the journal where that holds it and else kept there. Throws
 * {@link SnapshotError} where the fit that it holds began elsewhere, as its first validation error tells, and what
 * {@link validatedFit} throws.
 */
export async function journaledFit(
  start: MoE,
  data: Pick<Dataset, 'train' | 'validation'>,
  stopping: Stopping,
  { journal, ...watch }: JournaledWatch = {},
  rival: readonly number[] = [],
): Promise<ValidatedFit> {
  const ended = journal?.next();
  if (ended) return restored(ended, start, errorOn(start, data.validation).meanSquare);
  const { model, ...rest } = await validatedFit(start, data, stopping, watch, rival);
  await journal?.keep({ ...rest, params: model.params });
  return { model, ...rest };
}

function restored({ params, ...rest }: EndedFit, start: MoE, expected: number): ValidatedFit {
  const [first] = rest.course;
  if (first === expected) return { model: createMoE(start.spec, params), ...rest };
  throw new SnapshotError(`must begin with the mean squared error ${expected} on validation`, {
    field: 'journal',
    value: first,
    remedy:
      'Run it again without a journal: this fit is of other data, of another version or of a machine that rounds otherwise.',
  });
}

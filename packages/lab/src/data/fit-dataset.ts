import { createReferenceBackend } from '@softmoe/backend';
import { type Certificate, certify } from '@softmoe/certify';
import {
  type Expert,
  type ExpertSpec,
  type Gate,
  type GateSpec,
  type MoE,
  ValueError,
} from '@softmoe/model';
import {
  type GateName,
  type RoutingName,
  requireInteger,
  requireKeys,
  requireObject,
} from '@softmoe/model/checks';
import { type Dataset, inputDimOf, sampled } from '@softmoe/sampled';
import { createStudent } from '@softmoe/teacher';
import { chooseSize, type DataSizeRule, type SizePoint } from './choose-size.ts';
import { type Contender, compareSizes, contender, START } from './comparison.ts';
import { type JournaledWatch, journaledFit } from './fit-journal.ts';
import { bestOf, trainStarts, workOf } from './starts.ts';
import type { FitRecord, Stopping, ValidatedFit } from './validated-fit.ts';

/** What is told of a step of {@link fitDataset}, and of which part of it: `compare` is training from scratch and of perceptrons. */
export interface FitProgress extends FitRecord {
  readonly phase: 'learn' | 'prune' | 'finetune' | 'compare';
}

/** What is trained on a data set, and how its size is chosen. */
export interface FitOptions extends Partial<Stopping>, JournaledWatch<FitProgress> {
  /** Default `sigmoid`. Without meaning where units share their gates. */
  readonly gate?: GateName | GateSpec | Gate;
  /** Default `gelu`. */
  readonly expert?: ExpertSpec | Expert;
  /** Default `independent`. */
  readonly routing?: RoutingName;
  /** Units before pruning, 12 by default; no more than rows to train on. */
  readonly experts?: number;
  /** Default `one-standard-error`. */
  readonly size?: DataSizeRule;
  /** Students that are trained, of which the one of least validation error goes on. Default 3. */
  readonly starts?: number;
  /** Of the first start; each further one has the next number. Default 0. */
  readonly seed?: number;
  /** Whether models of the final size from scratch and perceptrons of as many numbers are trained too. Default true. */
  readonly compare?: boolean;
}

const OPTIONS: readonly (keyof FitOptions)[] = [
  ...(['gate', 'expert', 'routing', 'experts', 'size', 'starts', 'seed', 'compare'] as const),
  ...(['steps', 'patience', 'signal', 'onWork', 'onRecord', 'journal'] as const),
];

/** What training on a data set ends at. There is no teacher, so that nothing is recovered. */
export interface DatasetFit {
  /** The final model, of standardised inputs and targets. */
  readonly model: MoE;
  /** The students before pruning, each at its least validation error. */
  readonly starts: readonly (Pick<ValidatedFit, 'validation' | 'steps' | 'reason'> & {
    readonly seed: number;
  })[];
  /** The sizes that were tried, from all units down. */
  readonly sizes: readonly SizePoint[];
  readonly finetune: Pick<ValidatedFit, 'steps' | 'best' | 'reason'>;
  /** The final model, then with `compare` the best of its size from scratch and the best perceptron, at equal work or more. */
  readonly comparison: readonly Contender[];
  /**
   * What is known of the final model as a minimum of the loss on the rows to train on. Stopped by the validation error it is none as
   * a rule, and the verdict says so. It says nothing of other rows.
   */
  readonly certificate: Certificate;
}

/**
 * Trains students on `data` by Levenberg–Marquardt with an analytic Jacobian, docs/theory.md (32) and (38), each stopped by the
 * validation error; prunes the best on Gram data of the rows to train on and fine-tunes it again. The test rows are looked at once, at
 * the end. With a `journal` that holds the fits of a run of the same data and options it goes on after the last of them, to the same
 * bits. Throws a {@link ValueError} for more units than rows to train on, a typed error for options out of range or unknown, a
 * {@link SnapshotError} for a journal of another run, and the reason of the signal once that has aborted.
 */
export async function fitDataset(data: Dataset, options: FitOptions = {}): Promise<DatasetFit> {
  requireObject('data', data, ['train', 'validation', 'test', 'standardisation']);
  requireKeys('options', options, OPTIONS);
  const { experts = 12, starts = 3, seed = 0, steps = 100, patience = 12 } = options;
  const {
    size = 'one-standard-error',
    compare = true,
    signal,
    onWork,
    onRecord,
    journal,
  } = options;
  for (const [name, value] of Object.entries({ experts, starts, steps, patience })) {
    requireInteger(name, value, 1);
  }
  requireInteger('seed', seed, 0);
  requireRows('experts', experts, data);
  if (typeof size === 'object' && 'size' in size)
    requireInteger('size.size', size.size, 1, experts);
  const create = studentsOf(data, options);
  const stopping = { steps, patience };
  const during = (phase: FitProgress['phase']): JournaledWatch => ({
    signal,
    onWork,
    journal,
    onRecord: onRecord && ((record) => onRecord({ phase, ...record })),
  });

  const trained = await trainStarts(
    (of) => create(experts, of),
    data,
    { seed, starts, ...stopping },
    during('learn'),
  );
  const chosen = await chooseSize(bestOf(trained).model, data, size, during('prune'));
  const last = await journaledFit(chosen.model, data, stopping, during('finetune'));
  const { model } = last;
  const work = workOf([...trained, ...chosen.fits, last]);
  const same = { seed, starts, work, ...stopping };
  const others = compare ? await compareSizes(model, create, data, same, during('compare')) : [];
  return {
    model,
    starts: trained.map(({ seed: of, validation, steps: taken, reason }) => ({
      seed: of,
      validation,
      steps: taken,
      reason,
    })),
    sizes: chosen.sizes,
    finetune: { steps: last.steps, best: last.best, reason: last.reason },
    comparison: [contender('pruned', model, data, starts, work), ...others],
    certificate: await certify(model, sampled(data.train, createReferenceBackend()), {
      proof: false,
      spectrum: ENDS,
      signal,
      onWork,
    }),
  };
}

/** Of its spectrum only the two ends are told: above so many directions Lanczos finds them in a fraction of the time. */
const ENDS = { denseLimit: 60 };

/** Students of so many units from a seed, of the kind that the options say. */
function studentsOf(
  { standardisation }: Dataset,
  { gate = 'sigmoid', expert = { kind: 'gelu' }, routing = 'independent' }: FitOptions,
): (experts: number, seed: number) => MoE {
  const inputDim = inputDimOf(standardisation);
  return (experts, seed) =>
    createStudent({ inputDim, experts, gate, expert, routing, seed, amplitude: START });
}

/** Throws {@link ValueError} about `field` for more units than there are rows to train on. */
export function requireRows(field: string, units: number, { train }: Dataset): void {
  if (units <= train.size) return;
  throw new ValueError(`must be at most ${train.size}, the number of rows to train on`, {
    field,
    value: units,
    remedy: 'Give more rows, or fewer units: each has more numbers than that to be learned.',
  });
}

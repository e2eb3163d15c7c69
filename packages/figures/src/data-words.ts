import type { DataResult } from '@softmoe/lab';
import { plural } from './format.ts';

/** How a surface writes a number. */
export type WriteNumber = (value: number) => string;

/** What is told of a run on a table, which has no teacher, whichever surface tells it. */
export interface DataWords {
  /** What was learned from what, and in which unit errors are. */
  readonly setting: string;
  /** What such a run has not. */
  readonly absent: string;
  readonly learning: string;
  readonly start: string;
  readonly pruning: string;
  readonly finetuning: string;
  /** What the table below it is, or why there is none. */
  readonly comparison: string;
  readonly outcome: string;
}

/** What kinds of model are called beside each other. */
const kinds: Readonly<Record<DataResult['comparison'][number]['kind'], string>> = {
  pruned: 'this model, pruned',
  scratch: 'its size from scratch',
  mlp: 'perceptron of its size',
};

const rules: Readonly<Record<DataResult['config']['prune']['rule'], string>> = {
  'one-standard-error':
    'the fewest whose validation error is above the least by at most one standard error of the difference',
  cliff: 'by the cliff of the elimination curve',
  size: 'as asked for',
  tolerance: 'the fewest within the tolerance',
};

const LOSS = 'the loss on the rows trained on';

const verdicts: Readonly<Record<DataResult['certificate']['verdict'], string>> = {
  certified: `It is an isolated minimum of ${LOSS}, of zero loss.`,
  'nonzero-loss': `It is a minimum of ${LOSS}, or flat: no slope, and no direction down.`,
  'not-converged': `It is no minimum of ${LOSS}`,
  saddle: `It is a saddle of ${LOSS}.`,
  degenerate: `There ${LOSS} is less than a thousandth of that of the mean, and flat in some direction.`,
  unresolved: `Rounding decides whether ${LOSS} has a minimum there.`,
};

/** Why fine-tuning ended before a minimum of the loss on the rows to train on. */
const ends: Readonly<Record<DataResult['finetune']['reason'], string>> = {
  validation: ': the validation error was least before one was reached.',
  steps: ': its steps ended before one was reached.',
  rounding: ', though float64 allowed no further step.',
  behind: ': another had less error after as many steps.',
};

function minimumWords({ certificate: { verdict }, finetune }: DataResult): string {
  return verdicts[verdict] + (verdict === 'not-converged' ? ends[finetune.reason] : '');
}

/** The sentences about a run on a table, with numbers as `write` writes them. */
export function dataWords(found: DataResult, write: WriteNumber): DataWords {
  const { config, rows, standardisation, starts, finetune, comparison } = found;
  const { file, sha256 = '', target } = config.data;
  const best = starts.reduce((least, start) =>
    start.validation.rmse < least.validation.rmse ? start : least,
  );
  const [own] = comparison;
  const error = own?.test.rmse ?? Number.NaN;
  const unit = standardisation.target.scale;
  const columns = plural(standardisation.inputs.length, 'column');
  return {
    setting:
      `${target} from ${columns} of ${file} (SHA-256 ${sha256.slice(0, 12)}…): ${rows.train} rows to train on, ` +
      `${rows.validation} for validation, ${rows.test} for the test. Errors are RMSE in standard deviations of ${target}, ${write(unit)}.`,
    absent:
      'There is no teacher: nothing is recovered, and what is certified is about the rows trained on.',
    learning: `Levenberg–Marquardt from ${plural(starts.length, 'start')} of ${config.students} units, stopped by the validation error`,
    start: `Best start: seed ${best.seed}, ${best.steps} steps, validation error ${write(best.validation.rmse)}.`,
    pruning: `${config.students} → ${own?.units} units, ${rules[config.prune.rule]}`,
    finetuning: `${finetune.steps} steps. ${minimumWords(found)}`,
    comparison: comparisonWords(comparison),
    outcome: `${own?.units} units, test error ${write(error)} (${write(error * unit)} in the unit of ${target})`,
  };
}

/** No more than the table holds: that the others had as much work is said only where they had. */
function comparisonWords([own, ...others]: DataResult['comparison']): string {
  if (others.length === 0) {
    return 'Nothing was trained beside it (compare: false), so that this says nothing of what pruning is worth:';
  }
  const asMuch = others.every(({ work }) => work >= (own?.work ?? Infinity));
  const work = asMuch ? 'at the same work or more' : 'some of them at less work';
  return `Beside others, each the best on validation of several starts, ${work}:`;
}

/** A table of numbers as surfaces show it. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The sizes that were tried with their validation errors. */
export function sizesTable({ sizes }: DataResult, write: WriteNumber): DataTable {
  return {
    columns: ['units', 'validation error'],
    rows: sizes.map(({ size, validation }) => [`${size}`, write(validation.rmse)]),
  };
}

/** The final model beside those of its size: errors on all parts, and how many starts each is the best of. */
export function comparisonTable({ comparison }: DataResult, write: WriteNumber): DataTable {
  return {
    columns: ['', 'units', 'numbers', 'starts', 'train', 'validation', 'test'],
    rows: comparison.map(({ kind, units, parameters, starts, train, validation, test }) => [
      kinds[kind],
      ...[units, parameters, starts].map(String),
      ...[train, validation, test].map(({ rmse }) => write(rmse)),
    ]),
  };
}

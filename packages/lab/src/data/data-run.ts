import { forward, type MoE, type OwnParts } from '@softmoe/model';
import type { FileFormat } from '@softmoe/model/checks';
import { difference, dot } from '@softmoe/model/linalg';
import { type Dataset, dataset, standardise, type Table, toTarget } from '@softmoe/sampled';
import * as z from 'zod';
import { ConfigError } from '../errors.ts';
import { unitsOf } from '../own-parts.ts';
import { verdictSchema } from '../result-schema.ts';
import type { DataSizeRule } from './choose-size.ts';
import {
  completeDataConfig,
  type DataConfig,
  dataConfigSchema,
  parseDataConfig,
} from './data-config.ts';
import { type FitOptions, type FitProgress, fitDataset, requireRows } from './fit-dataset.ts';
import type { JournaledWatch } from './fit-journal.ts';

const number = z.number();
const whole = z.int().min(0);
const error = z.object({ rmse: number, meanSquare: number, standardError: number });
const column = z.object({ name: z.string(), mean: number, scale: number.gt(0) });
const reason = z.enum(['validation', 'steps', 'rounding', 'behind']);

const NAME = 'softmoe-data-result';

const resultSchema = z.object({
  format: z.object({ name: z.literal(NAME), version: whole }),
  config: dataConfigSchema.transform(completeDataConfig),
  /** Takes columns of the table to inputs of the model, and its values to the target. */
  standardisation: z.object({
    inputs: z.array(column).min(1),
    target: column,
    intercept: z.boolean(),
  }),
  /** How many rows each part has. */
  rows: z.object({ train: whole, validation: whole, test: whole }),
  starts: z.array(z.object({ seed: whole, validation: error, steps: whole, reason })),
  sizes: z.array(z.object({ size: whole, validation: error })),
  finetune: z.object({ steps: whole, best: whole, reason }),
  /** The final model, then the best from scratch and the best perceptron where they were trained. */
  comparison: z
    .array(
      z.object({
        kind: z.enum(['pruned', 'scratch', 'mlp']),
        units: whole,
        parameters: whole,
        train: error,
        validation: error,
        test: error,
        starts: whole,
        work: number,
      }),
    )
    .min(1),
  /** Of the final model as a minimum of the loss on the rows to train on. */
  certificate: z.object({
    verdict: verdictSchema,
    mu: number,
    lambdaMax: number,
    eigenvalueError: number,
    loss: number,
    gradientNorm: number,
  }),
});

/** What a run on a table found, as result.json holds it. It has no teacher: nothing is recovered. */
export interface DataResult extends z.output<typeof resultSchema> {}

/** The result.json of a run on a table. */
export const dataResultFormat: FileFormat<DataResult> = {
  name: NAME,
  version: 1,
  what: 'result',
  since: 1,
  schema: resultSchema,
};

/** What a run on a table ended at. */
export interface DataRun {
  readonly model: MoE;
  readonly result: DataResult;
}

/**
 * A table, split and standardised as `config` says. Throws what `dataset` throws, and `ValueError` for more students than rows to train on.
 */
export function datasetOf(table: Table, { seed, validation, test, students }: DataConfig): Dataset {
  const data = dataset(table, { seed, validation, test });
  requireRows('students', students, data);
  return data;
}

/**
 * `config` with the digest of the file that its table is from, its fields in the order of a parsed one. Throws {@link ConfigError} where it pins that of another one.
 */
export function pinnedData(config: DataConfig, sha256: string): DataConfig {
  const pinned = config.data.sha256 ?? sha256;
  if (pinned === sha256) return parseDataConfig({ ...config, data: { ...config.data, sha256 } });
  throw new ConfigError(`must be that of the file given, ${sha256}`, {
    field: 'data.sha256',
    value: pinned,
    remedy: 'Give the file that the config was made for, or leave the digest out to take this one.',
  });
}

/**
 * Trains, prunes and compares on a table as `config` says, with {@link fitDataset}; a gate and an expert of the user's own, which it only
 * names, are given in `own`. Throws what that, {@link datasetOf} and
 * {@link pinnedData} throw; `sha256` is the digest of the file that the table is from.
 */
export async function runData(
  table: Table,
  sha256: string,
  config: DataConfig,
  watch: JournaledWatch<FitProgress> = {},
  own: OwnParts = {},
): Promise<DataRun> {
  const pinned = pinnedData(config, sha256);
  const data = datasetOf(table, config);
  const { students, seed, starts, prune, steps, patience, compare } = config;
  const kind = unitsOf(config, own) as Pick<FitOptions, 'routing' | 'gate' | 'expert'>;
  const size = sizeRule(prune);
  const options = { ...kind, experts: students, seed, starts, size, steps, patience, compare };
  const { model, certificate, ...found } = await fitDataset(data, { ...options, ...watch });
  const { verdict, mu, lambdaMax, eigenvalueError, loss, gradientNorm } = certificate;
  const { train, validation, test, standardisation } = data;
  const { inputs, target, intercept } = standardisation;
  const result: DataResult = {
    format: { name: NAME, version: dataResultFormat.version },
    config: pinned,
    standardisation: { inputs: [...inputs], target, intercept },
    rows: { train: train.size, validation: validation.size, test: test.size },
    starts: [...found.starts],
    sizes: [...found.sizes],
    finetune: found.finetune,
    comparison: [...found.comparison],
    certificate: { verdict, mu, lambdaMax, eigenvalueError, loss, gradientNorm },
  };
  return { model, result };
}

/**
 * The target at rows of the table's inputs, [size, columns] row-major in its units; returns [size], in the unit of the target. Throws
 * what `standardise` throws, about a number that is not finite by its row and column.
 */
export function predictData(
  { model, result: { standardisation } }: DataRun,
  inputs: Float64Array,
  size: number,
): Float64Array {
  return toTarget(
    standardisation,
    forward(model, standardise(standardisation, inputs, size), size),
  );
}

/** How far a model of a run on a table is from targets: in their unit, and in standard deviations of the rows trained on. */
export interface DataEvaluation {
  readonly rows: number;
  readonly rmse: number;
  readonly relative: number;
}

/** Root mean squared error of the run's model on rows of inputs and targets in the units of the table. */
export function evaluateData(
  run: DataRun,
  inputs: Float64Array,
  targets: Float64Array,
): DataEvaluation {
  const rows = targets.length;
  const wrong = difference(predictData(run, inputs, rows), targets);
  const rmse = Math.sqrt(dot(wrong, wrong) / rows);
  return { rows, rmse, relative: rmse / run.result.standardisation.target.scale };
}

/** `size` and `tolerance` are those of the rule, as {@link fitDataset} takes them. */
function sizeRule(prune: DataConfig['prune']): DataSizeRule {
  switch (prune.rule) {
    case 'size':
      return { size: prune.size };
    case 'tolerance':
      return { tolerance: prune.tolerance };
    default:
      return prune.rule;
  }
}

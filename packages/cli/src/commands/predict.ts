import { warningWords } from '@softmoe/figures/words';
import { predictData } from '@softmoe/lab';
import { forward, ShapeError } from '@softmoe/model';
import {
  folderKind,
  predictionTable,
  readColumns,
  readDataRun,
  readInputs,
  readModelAt,
  readParts,
  writePredictions,
} from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import {
  columnNames,
  NO_MEANING,
  type PartOptions,
  partOptions,
  refuseOptions,
} from '../options.ts';
import type { Streams } from '../streams.ts';

interface PredictOptions extends PartOptions {
  readonly data: string;
  readonly columns?: string;
  readonly out?: string;
}

/** `softmoe predict MODEL --data FILE`. */
export function predictCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  const command = new Command('predict')
    .summary('the values of a model at given inputs')
    .description(
      'Computes f(x) in float64 for every row of a table (.csv), an array [rows, d] (.npy, or .npz of one array) or rows in JSON. Of a run on a ' +
        'table (softmoe run --data) it is the target in its own unit, for the columns that the run was trained on.',
    )
    .argument(
      '<model>',
      'a model (.safetensors), or the folder of a run, of which the final student is taken',
    )
    .requiredOption(
      '--data <file>',
      'the inputs: one row a point, one column for each of the d inputs',
    )
    .option(
      '--columns <names>',
      'the columns of a table that are the inputs, in order: names, or numbers from 1, such as a,b,c',
    )
    .option('--out <file>', 'where they go: .csv, .npy or .json (default: CSV on stdout)')
    .action(async (path: string, { data, columns, out, ...files }: PredictOptions) => {
      if ((await folderKind(path)) === 'data') {
        refuseOptions(files, ['gate', 'expert'], NO_MEANING);
        await write(await predictRun(path, data, columns), out, streams);
        return setExitCode(exitCodes.recovered);
      }
      const own = await readParts(files);
      const { model, warnings } = await readModelAt(path, 'model', 'final', own);
      for (const warning of warnings) streams.stderr.write(`warning: ${warningWords(warning)}\n`);
      const names = columns === undefined ? undefined : columnNames(columns);
      const { inputs, size } = await readInputs(data, model.spec.inputDim, names);
      await write(forward(model, inputs, size), out, streams);
      setExitCode(exitCodes.recovered);
    });
  for (const option of partOptions()) command.addOption(option);
  return command;
}

/** The target in its own unit, by a run on a table, from the columns that it was trained on or as many others in their order. */
async function predictRun(path: string, data: string, columns?: string): Promise<Float64Array> {
  const run = await readDataRun(path);
  const own = run.result.standardisation.inputs.map(({ name }) => name);
  const named = columns === undefined ? own : columnNames(columns);
  if (named.length !== own.length) {
    throw new ShapeError(`must be ${own.length}, for ${own.join(', ')} of the run in that order`, {
      field: 'columns',
      value: named,
      remedy: 'Name a column for each, or leave the option out where the file has these.',
    });
  }
  const { inputs, size } = await readColumns(data, named);
  return predictData(run, inputs, size);
}

async function write(values: Float64Array, out: string | undefined, streams: Streams) {
  if (out === undefined) return void streams.stdout.write(predictionTable(values));
  await writePredictions(out, values);
  streams.stdout.write(`${out}\n`);
}

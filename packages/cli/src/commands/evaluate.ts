import { warningWords } from '@softmoe/figures/words';
import { type DataEvaluation, type Evaluation, evaluate, evaluateData } from '@softmoe/lab';
import { UnsupportedError } from '@softmoe/model';
import { folderKind, readDataRun, readModelAt, readParts, readTable } from '@softmoe/runs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { lossWords, readable } from '../numbers.ts';
import { NO_MEANING, type PartOptions, partOptions, refuseOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { fit, tableLines } from '../table.ts';

interface EvaluateOptions extends PartOptions {
  readonly teacher?: string;
  readonly data?: string;
  readonly samples?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

/** `softmoe evaluate MODEL --teacher MODEL`. */
export function evaluateCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  const command = new Command('evaluate')
    .summary('how far a model is from a teacher')
    .description(
      'Computes the population loss ½E(f − f*)² over x ~ N(0, I): exactly where both have gates of their own and experts that are ' +
        'polynomials, else from fresh points, with its standard error.',
    )
    .argument(
      '<model>',
      'a model (.safetensors), or the folder of a run, of which the final student is taken',
    )
    .option(
      '--teacher <file>',
      'a model, or the folder of a run, of which the teacher is taken (default: that of the run)',
    )
    .option('--data <file>', 'of a run on a table: rows with its columns and its target')
    .addOption(count('--samples <n>', 'points of an estimate (default: 1048576)', 2))
    .addOption(count('--seed <n>', 'seed of the points (default: 0)', 0))
    .option('--json', 'print it as JSON')
    .action(async (path: string, given: EvaluateOptions) => {
      const { teacher: other, json, gate, expert, data, ...options } = given;
      if ((await folderKind(path)) === 'data') {
        const found = await evaluateRun(path, given, streams);
        streams.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : dataReport(found));
        return setExitCode(exitCodes.recovered);
      }
      if (data !== undefined) throw noTable(data);
      if (other === undefined && (await folderKind(path)) !== 'run') {
        throw new UnsupportedError('must be named, since the model is not the folder of a run', {
          field: 'teacher',
          value: other,
          remedy: 'Give the file of a model: --teacher FILE.',
        });
      }
      const own = await readParts({ gate, expert });
      const student = await readModelAt(path, 'model', 'final', own);
      const teacher = await readModelAt(other ?? path, 'teacher', 'teacher', own);
      for (const warning of [...student.warnings, ...teacher.warnings]) {
        streams.stderr.write(`warning: ${warningWords(warning)}\n`);
      }
      const found = await evaluate(student.model, teacher.model, options);
      streams.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : fit(report(found)));
      setExitCode(exitCodes.recovered);
    });
  for (const option of partOptions()) command.addOption(option);
  return command;
}

/** How far a run on a table is from the targets of a file with its columns. Warns where the file is the one that it was trained on. */
async function evaluateRun(
  path: string,
  { data, teacher, ...others }: EvaluateOptions,
  { stderr }: Streams,
): Promise<DataEvaluation> {
  if (data === undefined || teacher !== undefined) {
    throw new UnsupportedError('is that of a run on a table, which has no teacher', {
      field: 'model',
      value: path,
      remedy: 'Give rows with its columns and its target: --data FILE, and no --teacher.',
    });
  }
  refuseOptions({ ...others }, ['samples', 'seed', 'gate', 'expert'], NO_MEANING);
  const run = await readDataRun(path);
  const { standardisation, config, rows, comparison } = run.result;
  const { name: target, scale } = standardisation.target;
  const columns = standardisation.inputs.map(({ name }) => name);
  const { inputs, targets, sha256 } = await readTable(data, { target, columns });
  if (sha256 === config.data.sha256) {
    const [own] = comparison;
    stderr.write(
      `warning: it is the table of the run, which was trained on ${rows.train} of its rows and stopped by ${rows.validation}; ` +
        `its error on the other ${rows.test}, the test, is ${readable((own?.test.rmse ?? Number.NaN) * scale)}\n`,
    );
  }
  return evaluateData(run, inputs, targets);
}

function noTable(data: string): UnsupportedError {
  return new UnsupportedError('is a table, and the model was not trained on one', {
    field: 'data',
    value: data,
    remedy: 'Give the folder of a run on a table, or a teacher: --teacher FILE.',
  });
}

function dataReport({ rows, rmse, relative }: DataEvaluation): string {
  return (
    `RMSE on ${rows} rows: ${readable(rmse)}\n` +
    `In standard deviations of the target over the rows trained on it is ${readable(relative)}.\n`
  );
}

function count(flags: string, description: string, least: number): Option {
  return new Option(flags, description).argParser((text) => {
    const number = Number(text);
    if (Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`Give a whole number from ${least} on.`);
  });
}

function report({ loss, nullLoss, estimate, parameterError, alignment }: Evaluation): string {
  const how = estimate
    ? ` ± ${readable(estimate.standardError)}, from ${estimate.samples} points`
    : ', exact';
  const error =
    parameterError === null ? '' : `Parameter error up to symmetry: ${readable(parameterError)}\n`;
  const rows = alignment.expert.map((overlap, j) => [
    `${j + 1}`,
    overlap.toFixed(4),
    (alignment.router[j] ?? 0).toFixed(4),
  ]);
  return [
    `Population loss: ${lossWords(loss, nullLoss)}${how}\n`,
    `Of no model at all it is ${readable(nullLoss)}.\n`,
    error,
    `${tableLines(['teacher expert', 'expert overlap', 'router overlap'], rows).join('\n')}\n`,
  ].join('');
}

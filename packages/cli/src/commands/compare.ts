import { writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Config, Summary } from '@softmoe/lab';
import { type Run, RunFolderError, readRecords, readRun } from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { flowTime, lossCell, readable } from '../numbers.ts';
import { barrierReport, barriersOf } from '../run/barriers.ts';
import { stateOf } from '../run/story.ts';
import type { Streams } from '../streams.ts';
import { fit, tableLines } from '../table.ts';

/** `softmoe compare A B …`. */
export function compareCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('compare')
    .summary('put runs side by side')
    .description('Shows in what runs kept with --out differ, and what each found.')
    .argument('<runs...>', 'the folders of two runs or more')
    .option('--figure <file>', 'write their losses over each other, as an SVG file')
    .option('--barriers', 'how far the loss rises between two students of one teacher')
    .option('--json', 'print the comparison as JSON')
    .action(
      async (paths: string[], { figure, barriers, json }: CompareOptions, command: Command) => {
        if (paths.length < 2)
          command.error("error: missing required argument 'runs': give two or more");
        const runs = await Promise.all(paths.map(readRun));
        const between = barriers ? await barriersOf(runs) : undefined;
        const found = {
          runs: paths,
          config: differences(runs),
          found: findings(runs),
          ...(between && { barriers: between }),
        };
        if (figure !== undefined) await writeFigure(figure, runs);
        const words = () => [report(runs, found), ...(between ? [barrierReport(between)] : [])];
        streams.stdout.write(
          json ? `${JSON.stringify(found, null, 2)}\n` : fit(words().join('\n')),
        );
        if (figure !== undefined) streams.stderr.write(`the figure is in ${figure}\n`);
        setExitCode(exitCodes.recovered);
      },
    );
}

interface CompareOptions {
  readonly figure?: string;
  readonly barriers?: boolean;
  readonly json?: boolean;
}

async function writeFigure(file: string, runs: readonly Run[]): Promise<void> {
  if (extname(file) !== '.svg') {
    const remedy = 'Use a name that ends in .svg.';
    throw new RunFolderError('has an ending that is not that of the figure', {
      field: 'figure',
      value: file,
      remedy,
    });
  }
  // Drawing takes a while to load, and a comparison in words does without.
  const [{ comparisonFigure }, { renderSvg }] = await Promise.all([
    import('@softmoe/figures'),
    import('@softmoe/report'),
  ]);
  const compared = runs.map(async (run) => ({
    name: basename(run.path),
    records: await readRecords(run),
  }));
  const svg = renderSvg(comparisonFigure(await Promise.all(compared)));
  await writeFile(file, svg).catch((cause: Error) => {
    const remedy = `Choose a file that can be written (${cause.message}).`;
    throw new RunFolderError(
      'cannot be written',
      { field: 'figure', value: file, remedy },
      { cause },
    );
  });
}

/** A line of the comparison: what it is about, and what it is in each run, in their order. */
interface Row {
  readonly what: string;
  readonly values: readonly unknown[];
}

/** Fields of the configs that differ, as dotted paths. */
function differences(runs: readonly Run[]): Row[] {
  const configs = runs.map(({ config }) => flatten(config));
  const fields = [...new Set(configs.flatMap((config) => [...config.keys()]))];
  return fields
    .map((what) => ({ what, values: configs.map((config) => config.get(what) ?? null) }))
    .filter(({ values }) => new Set(values).size > 1);
}

function flatten(config: Config): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  const visit = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) leaves.set(path, value);
    else
      for (const [key, inner] of Object.entries(value)) visit(inner, path ? `${path}.${key}` : key);
  };
  visit(config, '');
  return leaves;
}

const measures: Readonly<Record<string, (result: Summary) => unknown>> = {
  recovered: ({ recovered, teachers }) => `${recovered} of ${teachers}`,
  'units after pruning': ({ survivors }) => survivors,
  'loss at the start': ({ loss }) => loss.start,
  'loss after training': ({ loss }) => loss.trained,
  'loss after pruning': ({ loss }) => loss.pruned,
  'loss at the end': ({ loss }) => loss.final,
  'parameter error': ({ parameterError }) => parameterError,
  'last expert aligned at': ({ milestones }) => last(milestones.expert),
  'last router aligned at': ({ milestones }) => last(milestones.router),
  'predicted contraction': ({ contraction }) => contraction.predicted,
  'measured contraction': ({ contraction }) => contraction.measured,
  'radius of the proof': ({ certificate }) => certificate.proof?.radius,
  'proved contraction of the distance': ({ certificate }) => certificate.proof?.rateHere,
  'steps of training': ({ steps }) => steps.train,
  'steps of fine-tuning': ({ steps }) => steps.finetune,
  seconds: ({ seconds }) => Number(seconds.toPrecision(3)),
};

/** The latest of the times, or never where one is missing. */
function last(times: readonly (number | null)[]): string {
  const missing = times.some((time) => time === null);
  return flowTime(missing ? null : Math.max(...(times as readonly number[])));
}

function findings(runs: readonly Run[]): Row[] {
  return [
    { what: 'state', values: runs.map(stateOf) },
    ...Object.entries(measures).map(([what, measure]) => ({
      what,
      values: runs.map(({ result }) => (result && measure(result)) ?? null),
    })),
  ];
}

function report(
  runs: readonly Run[],
  { config, found }: { readonly config: Row[]; readonly found: Row[] },
): string {
  const cell = (what: string, value: unknown, run: Run | undefined) => {
    if (typeof value !== 'number' || Number.isInteger(value)) return String(value ?? '–');
    return what.startsWith('loss') ? lossCell(value, run?.result?.loss.start) : readable(value);
  };
  const lines = (heading: string, rows: readonly Row[]) =>
    tableLines(
      [heading, ...runs.map(({ path }) => basename(path))],
      rows.map(({ what, values }) => [
        what,
        ...values.map((value, i) => cell(what, value, runs[i])),
      ]),
      { left: 1 },
    );
  const configs =
    config.length > 0 ? lines('config', config) : ['   The configs are the same, seed and all.'];
  return `${[...configs, '', ...lines('found', found)].join('\n')}\n`;
}

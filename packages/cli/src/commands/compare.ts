import { basename } from 'node:path';
import type { Config, Summary } from '@softmoe/lab';
import { type Run, readRun } from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { flowTime, lossCell, readable } from '../numbers.ts';
import { stateOf } from '../run/story.ts';
import type { Streams } from '../streams.ts';
import { fit, tableLines } from '../table.ts';

/** `softmoe compare A B`. */
export function compareCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('compare')
    .summary('put two runs side by side')
    .description('Shows in what two runs kept with --out differ, and what each found.')
    .argument('<a>', 'the folder of a run')
    .argument('<b>', 'the folder of another')
    .option('--json', 'print the comparison as JSON')
    .action(async (a: string, b: string, { json }: { json?: boolean }) => {
      const runs = [await readRun(a), await readRun(b)] as const;
      const found = { config: differences(...runs), found: findings(...runs) };
      streams.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : fit(report(runs, found)));
      setExitCode(exitCodes.recovered);
    });
}

interface Row {
  readonly what: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** Fields of the configs that differ, as dotted paths. */
function differences({ config: a }: Run, { config: b }: Run): Row[] {
  const [left, right] = [flatten(a), flatten(b)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((what) => ({ what, a: left.get(what), b: right.get(what) }))
    .filter((row) => row.a !== row.b);
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
  'steps of training': ({ steps }) => steps.train,
  'steps of fine-tuning': ({ steps }) => steps.finetune,
  seconds: ({ seconds }) => Number(seconds.toPrecision(3)),
};

/** The latest of the times, or never where one is missing. */
function last(times: readonly (number | null)[]): string {
  const missing = times.some((time) => time === null);
  return flowTime(missing ? null : Math.max(...(times as readonly number[])));
}

function findings(a: Run, b: Run): Row[] {
  const of = ({ result }: Run, measure: (result: Summary) => unknown) => result && measure(result);
  return [
    { what: 'state', a: stateOf(a), b: stateOf(b) },
    ...Object.entries(measures).map(([what, measure]) => ({
      what,
      a: of(a, measure),
      b: of(b, measure),
    })),
  ];
}

function report(
  [a, b]: readonly [Run, Run],
  { config, found }: { readonly config: Row[]; readonly found: Row[] },
): string {
  const cell = ({ what }: Row, value: unknown, { result }: Run) => {
    if (typeof value !== 'number' || Number.isInteger(value)) return String(value ?? '–');
    return what.startsWith('loss') ? lossCell(value, result?.loss.start) : readable(value);
  };
  const lines = (heading: string, rows: readonly Row[]) =>
    tableLines(
      [heading, basename(a.path), basename(b.path)],
      rows.map((row) => [row.what, cell(row, row.a, a), cell(row, row.b, b)]),
      { left: 1 },
    );
  const configs =
    config.length > 0 ? lines('config', config) : ['   The configs are the same, seed and all.'];
  return `${[...configs, '', ...lines('found', found)].join('\n')}\n`;
}

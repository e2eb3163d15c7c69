import { basename } from 'node:path';
import { findRuns, type Run } from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readable } from '../numbers.ts';
import { stateOf } from '../run/story.ts';
import type { Streams } from '../streams.ts';
import { tableLines } from '../table.ts';

/** `softmoe runs [folder]`. */
export function runsCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('runs')
    .summary('list the runs kept in a folder')
    .description(
      'Lists the runs right under a folder: what each is, how far it came, what it found. Exits with 2 where one is damaged.',
    )
    .argument('[folder]', 'the folder that holds the runs', 'runs')
    .option('--json', 'print them as JSON')
    .action(async (parent: string, { json }: { json?: boolean }) => {
      const { runs, damaged } = await findRuns(parent);
      streams.stdout.write(
        json
          ? `${JSON.stringify(runs.map(plain), null, 2)}\n`
          : list(
              runs,
              damaged.length === 0 ? `no runs in ${parent}; keep one with softmoe run --out\n` : '',
            ),
      );
      for (const { name, message } of damaged) streams.stderr.write(`${name}: ${message}\n`);
      setExitCode(damaged.length === 0 ? exitCodes.recovered : exitCodes.usage);
    });
}

const COLUMNS: readonly (readonly [heading: string, cell: (run: Run) => string])[] = [
  ['run', ({ path }) => basename(path)],
  ['state', stateOf],
  ['d', ({ config }) => `${config.inputDim}`],
  ['k', ({ config }) => `${config.teachers}`],
  ['m', ({ config }) => `${config.students}`],
  ['engine', ({ config }) => config.engine],
  ['seed', ({ config }) => `${config.seed}`],
  ['recovered', ({ result }) => (result ? `${result.recovered} of ${result.teachers}` : '')],
  ['units', ({ result }) => (result ? `${result.survivors}` : '')],
  ['param. error', ({ result }) => readable(result?.parameterError)],
  ['seconds', ({ result }) => (result ? result.seconds.toFixed(2) : '')],
  ['last written', ({ changed }) => changed.toISOString().slice(0, 16).replace('T', ' ')],
];

function list(runs: readonly Run[], none: string): string {
  if (runs.length === 0) return none;
  const headings = COLUMNS.map(([heading]) => heading);
  const rows = runs.map((run) => COLUMNS.map(([, cell]) => cell(run)));
  return `${tableLines(headings, rows, { left: 2 }).join('\n')}\n`;
}

function plain({ path, changed, config, result, checkpoint }: Run) {
  const phase = result ? 'done' : (checkpoint?.phase ?? null);
  return { path, changed, phase, config, ...(result ? { result } : {}) };
}

import { basename } from 'node:path';
import { plural } from '@softmoe/figures/words';
import { findRuns, type Run } from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readable } from '../numbers.ts';
import { repeated } from '../options.ts';
import { stateOf } from '../run/story.ts';
import { type RunQuery, selectRuns } from '../run-fields.ts';
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
    .addOption(repeated('--tag <name>', 'only runs of that tag; repeated, of all of them'))
    .addOption(
      repeated(
        '--filter <condition>',
        'only runs of which it holds, such as students=25 or "parameterError<1e-6"; may be repeated',
      ),
    )
    .option(
      '--sort <field>',
      'by a field of config or result, such as seconds; -seconds turns it round',
    )
    .option('--json', 'print them as JSON')
    .action(async (parent: string, { json, ...query }: RunQuery & { json?: boolean }) => {
      const { runs: all, damaged, onData } = await findRuns(parent);
      const runs = selectRuns(all, query);
      streams.stdout.write(
        json
          ? `${JSON.stringify(runs.map(plain), null, 2)}\n`
          : list(runs, noneIn(parent, all.length, damaged.length + onData.length)),
      );
      if (onData.length > 0) {
        streams.stderr.write(`on data, see softmoe show: ${onData.join(', ')}\n`);
      }
      for (const { name, message } of damaged) streams.stderr.write(`${name}: ${message}\n`);
      setExitCode(damaged.length === 0 ? exitCodes.recovered : exitCodes.usage);
    });
}

/** What to say where no run is listed. */
function noneIn(parent: string, runs: number, damaged: number): string {
  if (runs > 0) return `none of the ${plural(runs, 'run')} in ${parent} is asked for\n`;
  return damaged > 0 ? '' : `no runs in ${parent}; keep one with softmoe run --out\n`;
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
  ['tags', ({ about }) => (about.tags ?? []).join(' ')],
  ['last written', ({ changed }) => changed.toISOString().slice(0, 16).replace('T', ' ')],
];

function list(runs: readonly Run[], none: string): string {
  if (runs.length === 0) return none;
  const hasTags = runs.some(({ about }) => about.tags);
  const columns = COLUMNS.filter(([heading]) => heading !== 'tags' || hasTags);
  const headings = columns.map(([heading]) => heading);
  const rows = runs.map((run) => columns.map(([, cell]) => cell(run)));
  return `${tableLines(headings, rows, { left: 2 }).join('\n')}\n`;
}

function plain({ path, about, changed, config, result, checkpoint }: Run) {
  const phase = result ? 'done' : (checkpoint?.phase ?? null);
  return { path, changed, phase, ...about, config, ...(result ? { result } : {}) };
}

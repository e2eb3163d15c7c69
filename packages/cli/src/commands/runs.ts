import { basename } from 'node:path';
import { plural } from '@softmoe/figures/words';
import type { DataResult } from '@softmoe/lab';
import { findRuns, type KeptDataRun, type Run } from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readable } from '../numbers.ts';
import { repeated } from '../options.ts';
import { stateOf } from '../run/story.ts';
import { type AnyRun, dataStateOf, isOnData, type RunQuery, selectRuns } from '../run-fields.ts';
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
      const { runs: onTeachers, damaged, onData } = await findRuns(parent);
      const all = [...onTeachers, ...onData];
      const runs = selectRuns(all, query);
      streams.stdout.write(
        json
          ? `${JSON.stringify(runs.map(plain), null, 2)}\n`
          : lists(runs) || noneIn(parent, all.length, damaged.length),
      );
      for (const { name, message } of damaged) streams.stderr.write(`${name}: ${message}\n`);
      setExitCode(damaged.length === 0 ? exitCodes.recovered : exitCodes.usage);
    });
}

/** What to say where no run is listed. */
function noneIn(parent: string, runs: number, damaged: number): string {
  if (runs > 0) return `none of the ${plural(runs, 'run')} in ${parent} is asked for\n`;
  return damaged > 0 ? '' : `no runs in ${parent}; keep one with softmoe run --out\n`;
}

type Column<Listed> = readonly [heading: string, cell: (run: Listed) => string];

const first: Column<AnyRun> = ['run', ({ path }) => basename(path)];
const last: readonly Column<AnyRun>[] = [
  ['tags', ({ about }) => (about.tags ?? []).join(' ')],
  ['last written', ({ changed }) => changed.toISOString().slice(0, 16).replace('T', ' ')],
];

const ofTeachers: readonly Column<Run>[] = [
  first,
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
  ...last,
];

const ofTables: readonly Column<KeptDataRun>[] = [
  first,
  ['state', dataStateOf],
  ['table', ({ config }) => basename(config.data.file)],
  ['target', ({ config }) => config.data.target],
  ['rows', ({ result }) => (result ? rowsOf(result.rows) : '')],
  ['m', ({ config }) => `${config.students}`],
  ['seed', ({ config }) => `${config.seed}`],
  ['units', ({ result }) => `${result?.comparison[0]?.units ?? ''}`],
  ['test error', ({ result }) => readable(result?.comparison[0]?.test.rmse)],
  ...last,
];

function rowsOf({ train, validation, test }: DataResult['rows']): string {
  return `${train + validation + test}`;
}

/** The runs on teachers, and below them those on tables. */
function lists(runs: readonly AnyRun[]): string {
  const onData = runs.filter(isOnData);
  const onTeachers = runs.filter((run): run is Run => !isOnData(run));
  const tables = [list(onTeachers, ofTeachers, 2), list(onData, ofTables, 4)];
  return tables.filter((text) => text !== '').join('\n');
}

function list<Listed extends AnyRun>(
  runs: readonly Listed[],
  all: readonly Column<Listed>[],
  left: number,
): string {
  if (runs.length === 0) return '';
  const hasTags = runs.some(({ about }) => about.tags);
  const columns = all.filter(([heading]) => heading !== 'tags' || hasTags);
  const headings = columns.map(([heading]) => heading);
  const rows = runs.map((run) => columns.map(([, cell]) => cell(run)));
  return `${tableLines(headings, rows, { left }).join('\n')}\n`;
}

function plain(run: AnyRun) {
  const { path, changed, about, config, result } = run;
  const went = isOnData(run) ? { fits: run.fits } : {};
  const phase = result ? 'done' : ((isOnData(run) ? undefined : run.checkpoint)?.phase ?? null);
  return { path, changed, phase, ...went, ...about, config, ...(result ? { result } : {}) };
}

import { availableParallelism } from 'node:os';
import {
  exampleSweep,
  exportSweep,
  mergeSweeps,
  parseShard,
  type Shard,
  type SweepResults,
} from '@softmoe/runs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readSweepSource } from '../run/read-config.ts';
import type { Streams } from '../streams.ts';
import { executeSweep } from '../sweep/execute-sweep.ts';
import { sweepSummary } from '../sweep/sweep-summary.ts';

interface SweepOptions {
  readonly out?: string;
  readonly jobs: number;
  readonly shard?: Shard;
  readonly retryFailed?: boolean;
  readonly queue?: string;
  readonly example?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `softmoe sweep <sweep.json|folder>`, with `merge` and `export`. */
export function sweepCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  const command = new Command('sweep')
    .summary('run a grid or list of configs on all cores')
    .description(
      'Runs every config of a sweep, one in a thread, and keeps a record of each. A run that is in the record is not done ' +
        'again: after Ctrl-C, a crash or a loss of power the same command goes on with what is missing.',
    )
    .argument('[sweep]', 'a sweep.json, or the folder of a sweep to go on with')
    .option('--out <folder>', 'where the records go (default: runs/NAME)')
    .addOption(jobsOption())
    .addOption(
      new Option(
        '--shard <i/n>',
        'only the i-th of n parts of the sweep, for several machines',
      ).argParser(parseShard),
    )
    .option('--queue <url>', 'let workers do the runs: redis://HOST:PORT of a Redis server')
    .option('--retry-failed', 'do those again that failed')
    .option('--example', 'print a sweep.json to start from')
    .option('--json', 'print the summary as JSON on stdout and nothing else')
    .option('--quiet', 'show no progress')
    .addHelpText('after', () => help)
    .action(async (source: string | undefined, options: SweepOptions) => {
      if (options.example) {
        streams.stdout.write(`${JSON.stringify(exampleSweep, null, 2)}\n`);
        return;
      }
      if (source === undefined) {
        return command.error(
          'error: missing sweep.json; softmoe sweep --example prints one to start from',
        );
      }
      const { sweep, folder } = await readSweepSource(source);
      const out = options.out ?? folder;
      setExitCode(await executeSweep(sweep, out, options, streams));
    });
  command.addCommand(mergeCommand(streams, setExitCode));
  command.addCommand(exportCommand(streams, setExitCode));
  return command;
}

function mergeCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('merge')
    .summary('join the folders of shards')
    .description('Copies the records of folders of the same sweep into one, and exports it.')
    .argument('<out>', 'the folder to make, or to add to')
    .argument('<folders...>', 'folders of the same sweep')
    .option('--json', 'print the summary as JSON')
    .action(async (out: string, folders: string[], { json }: { json?: boolean }) => {
      await mergeSweeps(out, folders);
      show(await exportSweep(out), out, json, streams, setExitCode);
    });
}

function exportCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('export')
    .summary('write results.jsonl and results.parquet')
    .description(
      'Writes the records so far as JSON lines and as a Parquet table, and sums them up.',
    )
    .argument('<folder>', 'the folder of a sweep')
    .option('--json', 'print the summary as JSON')
    .action(async (folder: string, { json }: { json?: boolean }) => {
      show(await exportSweep(folder), folder, json, streams, setExitCode);
    });
}

function show(
  results: SweepResults,
  folder: string,
  json: boolean | undefined,
  { stdout }: Streams,
  setExitCode: (code: ExitCode) => void,
): void {
  stdout.write(sweepSummary(results, folder, { json }));
  setExitCode(
    results.records.some(({ status }) => status === 'failed')
      ? exitCodes.someFailed
      : exitCodes.recovered,
  );
}

/** `--jobs`, which commands with worker threads have. */
export function jobsOption(): Option {
  return new Option('--jobs <n>', 'runs at a time')
    .default(availableParallelism(), 'one a core')
    .argParser((text) => {
      const jobs = Number(text);
      if (Number.isInteger(jobs) && jobs >= 1 && jobs <= 1024) return jobs;
      throw new InvalidArgumentError('Give a whole number from 1 to 1024.');
    });
}

const help = `
Examples:
  softmoe sweep --example > sweep.json         a sweep to start from
  softmoe sweep sweep.json                     run it; again, to go on where it was stopped
  softmoe sweep sweep.json --shard 2/4         the second of four parts, on one of four machines
  softmoe sweep merge runs/all runs/a runs/b   join what machines did into one folder
  softmoe sweep export runs/all                results.jsonl and results.parquet of what is there

Exit codes:
  0 every run is in the record, 5 some runs failed, 2 a bad sweep, option or file: nothing was run,
  4 the sweep could not go on, 130 stopped by Ctrl-C, 143 by SIGTERM, 1 anything unexpected
`;

import { join } from 'node:path';
import { plural } from '@softmoe/figures/words';
import {
  type DataConfig,
  datasetOf,
  type FitProgress,
  type JournaledWatch,
  pinnedData,
  runData,
  SnapshotError,
} from '@softmoe/lab';
import { SoftmoeError } from '@softmoe/model';
import {
  createDataRun,
  DATA_CONFIG,
  type DataRunFolder,
  folderKind,
  RunFolderError,
  readTable,
  resumeDataRun,
  shellWord,
  type TableFile,
} from '@softmoe/runs';
import { gitState } from '@softmoe/tasks';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { NO_MEANING, refuseOptions } from '../options.ts';
import { endedByError, listenForStop } from '../stop-signals.ts';
import type { Streams } from '../streams.ts';
import { fit } from '../table.ts';
import { aboutOf } from './about.ts';
import { type DataOptions, OF_OTHERS, type TableConfig } from './data-options.ts';
import { createDataProgress } from './data-progress.ts';
import { dataStory } from './data-story.ts';

/** The table that a config names, as a run takes it. Throws what reading it throws. */
export async function tableOf({
  data,
}: DataConfig): Promise<{ table: Omit<TableFile, 'sha256'>; sha256: string }> {
  const { target, columns, file } = data;
  const { sha256, ...table } = await readTable(file, { target, columns });
  return { table, sha256 };
}

/** Learns a table, prints what was found, keeps it in `out` where that is given, and tells the exit code. */
export async function executeData(
  { config, own, modules }: TableConfig,
  { out, tag, note, ...shown }: DataOptions,
  streams: Streams,
): Promise<ExitCode> {
  if (out !== undefined) await requireFree(out);
  const { table, sha256 } = await tableOf(config);
  const pinned = pinnedData(config, sha256);
  // What it refuses leaves no folder behind.
  datasetOf(table, pinned);
  const about = out === undefined ? {} : aboutOf({ tag, note }, await gitState());
  const folder = out === undefined ? undefined : await createDataRun(out, pinned, modules, about);
  try {
    return await learn({ table, sha256, config: pinned, own }, folder, shown, streams);
  } finally {
    await folder?.close();
  }
}

/** Goes on with a run on a table that was stopped, prints what was found, and tells the exit code. */
export async function resumeData(
  path: string,
  options: DataOptions,
  streams: Streams,
): Promise<ExitCode> {
  refuseOptions(options, OF_OTHERS, NO_MEANING);
  const { folder, config, file, own, fits } = await resumeDataRun(path);
  try {
    const { table, sha256 } = await tableBeganWith(path, config, file);
    if (!options.quiet) streams.stderr.write(`goes on after ${plural(fits, 'fit')}\n`);
    return await learn({ table, sha256, config, own }, folder, options, streams);
  } finally {
    await folder.close();
  }
}

/** The table of a run that was stopped. Throws {@link RunFolderError} where `file` cannot be read or is another one. */
async function tableBeganWith(path: string, config: DataConfig, file: string) {
  const refused = (problem: string, cause?: unknown) =>
    new RunFolderError(
      problem,
      {
        field: 'data.file',
        value: file,
        remedy: `Put the table there, or write where it is as data.file into ${join(path, DATA_CONFIG)}.`,
      },
      { cause },
    );
  const found = await tableOf({ ...config, data: { ...config.data, file } }).catch((cause) => {
    throw cause instanceof SoftmoeError ? refused(`is no table: ${cause.problem}`, cause) : cause;
  });
  if (found.sha256 === config.data.sha256) return found;
  throw refused(`is not the table that the run began with, but one of SHA-256 ${found.sha256}`);
}

/** What a run on a table learns, and how. */
interface Task extends Pick<TableConfig, 'config' | 'own'> {
  readonly table: Omit<TableFile, 'sha256'>;
  readonly sha256: string;
}

async function learn(
  { table, sha256, config, own }: Task,
  folder: DataRunFolder | undefined,
  { json, quiet }: Pick<DataOptions, 'json' | 'quiet'>,
  { stdout, stderr }: Streams,
): Promise<ExitCode> {
  if (!quiet) {
    const { targets, names, target } = table;
    stderr.write(`${targets.length} rows of ${names.length} columns: learning ${target}\n`);
  }
  const stop = listenForStop();
  const progress = quiet ? undefined : createDataProgress(stderr);
  try {
    const watch: JournaledWatch<FitProgress> = {
      signal: stop.signal,
      onRecord: (record) => progress?.show(record),
      journal: folder?.journal,
    };
    const run = await runData(table, sha256, config, watch, own);
    progress?.stop();
    await folder?.end(run);
    if (folder) stderr.write(`kept in ${folder.path}\n`);
    stdout.write(`${json ? JSON.stringify(run.result, null, 2) : fit(dataStory(run.result))}\n`);
    return exitCodes.recovered;
  } catch (error) {
    progress?.stop();
    if (error instanceof SnapshotError && folder) throw otherFits(folder.path, error);
    if (!stop.signal.aborted || error !== stop.signal.reason) return endedByError(error, stderr);
    const remedy = folder
      ? `go on with: softmoe resume ${shellWord(folder.path)}`
      : 'use --out to keep what is done and go on later';
    stderr.write(`stopped; ${remedy}\n`);
    return stop.exitCode;
  } finally {
    stop.release();
  }
}

function otherFits(path: string, cause: SnapshotError): RunFolderError {
  return new RunFolderError(
    'keeps fits of another version, or of a machine that rounds otherwise',
    {
      field: 'run',
      value: path,
      remedy: `Run ${shellWord(join(path, DATA_CONFIG))} again into another folder.`,
    },
    { cause },
  );
}

/** Throws before anything is computed where the folder to be made is there. */
async function requireFree(out: string): Promise<void> {
  if ((await folderKind(out)) === 'nothing') return;
  throw new RunFolderError('already exists, and runs are never overwritten', {
    field: 'out',
    value: out,
    remedy: 'Choose another folder, or remove this one first.',
  });
}

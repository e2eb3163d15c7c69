import { dirname, isAbsolute, join } from 'node:path';
import { plural } from '@softmoe/figures/words';
import {
  ConfigError,
  type ConfigInput,
  type DataConfig,
  datasetOf,
  type FitProgress,
  isDataConfig,
  type JournaledWatch,
  parseDataConfig,
  pinnedData,
  runData,
} from '@softmoe/lab';
import {
  type ConfigWithModules,
  createDataRun,
  type DataRunFolder,
  folderKind,
  RunFolderError,
  readConfigModules,
  readTable,
  resumeDataRun,
  shellWord,
  type TableFile,
} from '@softmoe/runs';
import { gitState } from '@softmoe/tasks';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { columnNames, NO_MEANING, refuseOptions } from '../options.ts';
import { endedByError, listenForStop } from '../stop-signals.ts';
import type { Streams } from '../streams.ts';
import { fit } from '../table.ts';
import { aboutOf } from './about.ts';
import { addConfigOptions, configFields, tableFields, withOptions } from './config-options.ts';
import { createDataProgress } from './data-progress.ts';
import { dataStory } from './data-story.ts';
import { readConfig } from './read-config.ts';

/** Options of a run on a table, beside those of its config that all runs have. */
export interface DataOptions {
  readonly data?: string;
  readonly target?: string;
  readonly columns?: string;
  readonly compare?: boolean;
  readonly tag?: readonly string[];
  readonly note?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly [field: string]: unknown;
}

/** Adds the options that only runs on a table have. */
export function addDataOptions(command: Command): void {
  command
    .option('--data <file>', 'learn a table in place of a teacher: .csv, .parquet, .npz or .npy')
    .option('--target <column>', 'the column of the table to be learned')
    .option('--columns <names>', 'its inputs, such as a,b,c (default: all other columns)')
    .option('--no-compare', 'train no models from scratch and no perceptrons beside it');
  addConfigOptions(command, tableFields());
}

/** Options of other runs without meaning for one on a table, which would be passed over in silence. */
const OTHERS = ['backend', 'checkpointEvery'] as const;

/** The config of a run on a table, and the gate and the expert of the user's own that it names, if it does. */
interface TableConfig extends Omit<ConfigWithModules, 'config'> {
  readonly config: DataConfig;
}

/**
 * What options or a file of the engine `data` describe; undefined where they describe a run on a teacher. Throws {@link ConfigError} for
 * a config that is neither, or both.
 */
export async function dataConfigOf(
  source: string | undefined,
  options: DataOptions,
): Promise<TableConfig | undefined> {
  const fields = source?.endsWith('.json') ? await readConfig(source) : {};
  const described = isDataConfig(fields);
  if (options.data === undefined && !described) {
    const names = ['target', 'columns', ...tableFields().map(({ flag }) => flag)];
    const compare = options.compare === false ? false : undefined;
    const given = { ...options, compare };
    refuseOptions(given, [...names, 'compare'], 'is of a run on a table, which --data names');
    return undefined;
  }
  refuseOptions(options, OTHERS, NO_MEANING);
  if (source !== undefined && !described) {
    throw new ConfigError('says how to learn from a teacher, and --data gives a table', {
      field: 'config',
      value: source,
      remedy: 'Leave one of the two out.',
    });
  }
  const { data, compare } = options;
  const given = Object(Object(fields).data);
  const columns = options.columns === undefined ? undefined : columnNames(options.columns);
  const written = withOptions(fields, options, [...configFields(), ...tableFields()]);
  const folderOf = (name: string) =>
    source === undefined || options[name] !== undefined ? '.' : dirname(source);
  const { config, ...parts } = await readConfigModules(written as ConfigInput, folderOf);
  const complete = parseDataConfig({
    ...config,
    engine: 'data',
    data: {
      ...(data === undefined ? { ...given, file: fileFrom(source, given.file) } : { file: data }),
      ...(data === undefined ? {} : { target: given.target }),
      ...(options.target === undefined ? {} : { target: options.target }),
      ...(columns ? { columns } : {}),
    },
    ...(compare === false ? { compare } : {}),
  });
  return { ...parts, config: complete };
}

/** A path in a file is from where the file is. */
function fileFrom(source: string | undefined, file: unknown): unknown {
  return source === undefined || typeof file !== 'string' || isAbsolute(file)
    ? file
    : join(dirname(source), file);
}

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
  datasetOf(table, config);
  const pinned = pinnedData(config, sha256);
  const about = async () => aboutOf({ tag, note }, await gitState());
  const folder =
    out === undefined ? undefined : await createDataRun(out, pinned, modules, await about());
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
  refuseOptions(options, OTHERS, NO_MEANING);
  const { folder, config, file, own, fits } = await resumeDataRun(path);
  try {
    const { table, sha256 } = await tableOf({ ...config, data: { ...config.data, file } });
    pinnedData(config, sha256);
    if (!options.quiet) streams.stderr.write(`goes on after ${plural(fits, 'fit')}\n`);
    return await learn({ table, sha256, config, own }, folder, options, streams);
  } finally {
    await folder.close();
  }
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

/** Throws before anything is computed where the folder to be made is there. */
async function requireFree(out: string): Promise<void> {
  if ((await folderKind(out)) === 'nothing') return;
  throw new RunFolderError('already exists, and runs are never overwritten', {
    field: 'out',
    value: out,
    remedy: 'Choose another folder, or remove this one first.',
  });
}

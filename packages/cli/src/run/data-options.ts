import { dirname, isAbsolute, join } from 'node:path';
import {
  ConfigError,
  type ConfigInput,
  type DataConfig,
  isDataConfig,
  parseDataConfig,
} from '@softmoe/lab';
import { type ConfigWithModules, readConfigModules } from '@softmoe/runs';
import type { Command } from 'commander';
import { columnNames, NO_MEANING, refuseOptions } from '../options.ts';
import { addConfigOptions, configFields, tableFields, withOptions } from './config-options.ts';
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
export const OF_OTHERS = ['backend', 'checkpointEvery'] as const;

/** The config of a run on a table, and the gate and the expert of the user's own that it names, if it does. */
export interface TableConfig extends Omit<ConfigWithModules, 'config'> {
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
  refuseOptions(options, OF_OTHERS, NO_MEANING);
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

import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError, describedBy, presetNames, presets } from '@softmoe/lab';
import { decodeText, parseStrictJson } from '@softmoe/model/checks';
import {
  DATA_CONFIG,
  folderKind,
  loadSweep,
  readDefinition,
  type Sweep,
  SweepError,
  shellWord,
} from '@softmoe/runs';

/** Whether a run of this source begins anew: the config of a file without a variant goes on in the one of its time. */
export function isPreset(source: string): boolean {
  return Object.hasOwn(presets, source);
}

/** The fields of a preset or of a JSON file, not yet checked. Throws `ConfigError` or `FormatError`. */
export async function readConfig(source: string): Promise<Readonly<Record<string, unknown>>> {
  const preset = Object.entries(presets).find(([name]) => name === source);
  if (preset) return preset[1].config;
  refuseAddress(source, 'config');
  await refuseFolder(source);
  if (!source.endsWith('.json')) {
    throw new ConfigError('is neither a preset nor a .json file', {
      field: 'config',
      value: source,
      remedy: `Use one of ${presetNames.join(', ')}, or the path of a config file that ends in .json.`,
    });
  }
  const config = await readJsonFile(source, 'config');
  if (isObject(config)) {
    refuseOther(config, source);
    return config;
  }
  throw new ConfigError('must hold an object of config fields', {
    field: 'config',
    value: config,
    remedy: 'Write an object such as { "inputDim": 64, "teachers": 3, "students": 15 }.',
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A file that describes something else than one run is called what it is, with the command that takes it. */
function refuseOther(content: object, source: string): void {
  const kind = describedBy(content);
  if (kind !== 'sweep' && kind !== 'result') return;
  const remedies = {
    sweep: `Do its runs with softmoe sweep ${shellWord(source)}.`,
    result: 'Give the config.json beside it, or show its folder with softmoe show.',
  };
  const what = { sweep: 'is a sweep, of many runs', result: 'is the result of a run' };
  throw new ConfigError(what[kind], { field: 'config', value: source, remedy: remedies[kind] });
}

/** A folder where a config should be is told by what it is the folder of. */
async function refuseFolder(source: string): Promise<void> {
  const kind = await folderKind(source);
  if (kind === 'nothing' || kind === 'file') return;
  const word = shellWord(source);
  const remedies = {
    run: `Go on with it by softmoe resume ${word}, or run its config again: ${shellWord(join(source, 'config.json'))}`,
    data: `See softmoe show ${word}, go on with it by softmoe resume ${word} if it was stopped, or run its config again: ${shellWord(join(source, DATA_CONFIG))}`,
    sweep: `Do its runs with softmoe sweep ${word}.`,
    folder: 'Give a preset or the path of a config file that ends in .json.',
  };
  const what = kind === 'data' ? 'run on data' : kind;
  throw new ConfigError(kind === 'folder' ? 'is a folder' : `is the folder of a ${what}`, {
    field: 'config',
    value: source,
    remedy: remedies[kind],
  });
}

/** The address of a queue where a file should be is not shown, since it may hold a password. */
function refuseAddress(source: string, field: string): void {
  if (!/^\s*rediss?:/i.test(source)) return;
  throw new ConfigError('is the address of a server', {
    field,
    value: "the queue's URL",
    remedy: 'Give it as --queue URL to softmoe sweep or softmoe worker.',
  });
}

/** The value of a JSON file. Throws `ConfigError` about `field` when it cannot be read, or `FormatError` with its path. */
async function readJsonFile(path: string, field: string): Promise<unknown> {
  return parseStrictJson(decodeText(await readBytes(path, field), path), path);
}

async function readBytes(path: string, field: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConfigError(
      'cannot be read',
      { field, value: path, remedy: `Check the path (${(cause as Error).message}).` },
      { cause },
    );
  }
}

/**
 * The sweep of a file, with the folder it goes to by default, or of a folder that goes on. Throws `SweepError`, `ConfigError` and
 * `FormatError`.
 */
export async function readSweepSource(source: string): Promise<{ sweep: Sweep; folder: string }> {
  refuseAddress(source, 'sweep');
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory()) return { sweep: await readDefinition(source), folder: source };
  const definition = await readJsonFile(source, 'sweep');
  refuseConfig(definition, source);
  const sweep = await loadSweep(definition, basename(source, '.json'), dirname(source));
  return { sweep, folder: join('runs', sweep.name) };
}

/** One run where a sweep should be is told how to do it, and how to make a sweep of it. */
function refuseConfig(definition: unknown, source: string): void {
  const kind = isObject(definition) ? describedBy(definition) : undefined;
  if (kind !== 'config' && kind !== 'result') return;
  const remedies = {
    config: `Do it with softmoe run ${shellWord(source)}, or make it the base of a sweep as in softmoe sweep --example.`,
    result: 'See softmoe sweep --example for a sweep to start from.',
  };
  const what = { config: 'is the config of a single run', result: 'is the result of a single run' };
  throw new SweepError(what[kind], { field: 'sweep', value: source, remedy: remedies[kind] });
}

import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConfigError, presetNames, presets } from '@softmoe/lab';
import { decodeText, parseStrictJson } from '@softmoe/model/checks';
import { folderKind, parseSweep, readDefinition, type Sweep, shellWord } from '@softmoe/runs';

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
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
    return config as Record<string, unknown>;
  }
  throw new ConfigError('must hold an object of config fields', {
    field: 'config',
    value: config,
    remedy: 'Write an object such as { "inputDim": 64, "teachers": 3, "students": 15 }.',
  });
}

/** A folder where a config should be is told by what it is the folder of. */
async function refuseFolder(source: string): Promise<void> {
  const kind = await folderKind(source);
  if (kind === 'nothing' || kind === 'file') return;
  const word = shellWord(source);
  const remedies = {
    run: `Go on with it by softmoe resume ${word}, or run its config again: ${shellWord(join(source, 'config.json'))}`,
    sweep: `Do its runs with softmoe sweep ${word}.`,
    folder: 'Give a preset or the path of a config file that ends in .json.',
  };
  throw new ConfigError(kind === 'folder' ? 'is a folder' : `is the folder of a ${kind}`, {
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
  const sweep = parseSweep(await readJsonFile(source, 'sweep'), basename(source, '.json'));
  return { sweep, folder: join('runs', sweep.name) };
}

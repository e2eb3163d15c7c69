import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConfigError, presetNames, presets } from '@softmoe/lab';
import { parseStrictJson } from '@softmoe/model';
import { parseSweep, readDefinition, type Sweep } from '@softmoe/runs';

/** The fields of a preset or of a JSON file, not yet checked. Throws `ConfigError` or `FormatError`. */
export async function readConfig(source: string): Promise<Readonly<Record<string, unknown>>> {
  const preset = Object.entries(presets).find(([name]) => name === source);
  if (preset) return preset[1].config;
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

/** The value of a JSON file. Throws `ConfigError` about `field` when it cannot be read, or `FormatError` with its path. */
async function readJsonFile(path: string, field: string): Promise<unknown> {
  return parseStrictJson(await readText(path, field), path);
}

async function readText(path: string, field: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
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
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory()) return { sweep: await readDefinition(source), folder: source };
  const sweep = parseSweep(await readJsonFile(source, 'sweep'), basename(source, '.json'));
  return { sweep, folder: join('runs', sweep.name) };
}

import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseSweep, readDefinition, type Sweep } from '@softmoe/runs';
import { readJsonFile } from '../run/read-config.ts';

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

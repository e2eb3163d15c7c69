import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SoftmoeError } from '@softmoe/model';
import { asReading } from './file-errors.ts';
import { folderKind } from './folder-kind.ts';
import { type KeptDataRun, readDataFolder } from './read-data-run.ts';
import { readIfThere } from './read-file.ts';
import { type Run, readRun } from './read-run.ts';
import { fileNames } from './run-files.ts';

/** What {@link findRuns} found, each kind by name. */
export interface FoundRuns {
  readonly runs: Run[];
  /** Runs on tables, which have no teacher. */
  readonly onData: KeptDataRun[];
  /** What is wrong with runs that cannot be read. */
  readonly damaged: SoftmoeError[];
}

/**
 * The runs right under a folder. Folders that hold no config.json are passed over, and those whose config.json is of something else, with
 * no other file of a run beside it.
 */
export async function findRuns(parent: string): Promise<FoundRuns> {
  const entries = await asReading(parent, () => readdir(parent, { withFileTypes: true }));
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const found: FoundRuns = { runs: [], onData: [], damaged: [] };
  for (const name of names.sort()) {
    const path = join(parent, name);
    try {
      if ((await folderKind(path)) === 'data') found.onData.push(await readDataFolder(path));
      else if ((await readIfThere(join(path, fileNames.config))) !== undefined)
        found.runs.push(await readRun(path));
    } catch (error) {
      if (!(error instanceof SoftmoeError)) throw error;
      if (await hasBegun(path)) found.damaged.push(error);
    }
  }
  return found;
}

/** Whether there is more of a run in a folder than its config. */
async function hasBegun(path: string): Promise<boolean> {
  const { about, checkpoint, fits, records, result } = fileNames;
  const files = [about, checkpoint, fits, records, result].map((name) => stat(join(path, name)));
  return (await Promise.allSettled(files)).some(({ status }) => status === 'fulfilled');
}

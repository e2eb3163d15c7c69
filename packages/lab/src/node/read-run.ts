import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError, loadMoE, type MoE, parseStrictJson } from '@softmoe/model';
import { type Config, parseConfig } from '../config.ts';
import type { Summary } from '../result.ts';
import type { Snapshot } from '../snapshot.ts';
import { decodeCheckpoint } from './checkpoint.ts';
import { RunFolderError } from './errors.ts';
import { ignoreMissing } from './ignore-missing.ts';
import { fileNames } from './run-files.ts';

/** What is known of a run from its folder. */
export interface Run {
  readonly path: string;
  readonly config: Config;
  /** When the folder was last written to. */
  readonly changed: Date;
  /** Of a complete run. */
  readonly result?: Summary;
  /** Of one that was stopped or is under way: where it would go on. */
  readonly checkpoint?: Snapshot;
}

/**
 * Reads a run's config and result, or its checkpoint. Throws {@link RunFolderError} for what is no run's folder and a
 * typed error for a damaged file, with its path.
 */
export async function readRun(path: string): Promise<Run> {
  const config = await readIfThere(join(path, fileNames.config));
  if (config === undefined) {
    throw new RunFolderError(`holds no ${fileNames.config}, so it is no run`, {
      field: 'run',
      value: path,
      remedy: 'Give the folder that --out named when the run began.',
    });
  }
  // In this order: a run that ends meanwhile writes its result before it removes its checkpoint.
  const checkpoint = await readIfThere(join(path, fileNames.checkpoint));
  const result = await readIfThere(join(path, fileNames.result));
  return {
    path,
    config: parseConfig(parseStrictJson(config, join(path, fileNames.config))),
    changed: (await stat(path)).mtime,
    ...(result === undefined ? {} : { result: resultIn(result, join(path, fileNames.result)) }),
    ...(result === undefined && checkpoint !== undefined
      ? { checkpoint: decodeCheckpoint(checkpoint, path).snapshot }
      : {}),
  };
}

/** The runs right under a folder, by name. Folders that hold no config.json are passed over. */
export async function findRuns(parent: string): Promise<Run[]> {
  const entries = await asReading(parent, () => readdir(parent, { withFileTypes: true }));
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const runs: Run[] = [];
  for (const name of names.sort()) {
    const path = join(parent, name);
    if ((await readIfThere(join(path, fileNames.config))) === undefined) continue;
    runs.push(await readRun(path));
  }
  return runs;
}

/** One of the models of a run; undefined where it has not come that far. Throws `FormatError` for a damaged file. */
export async function readModel(
  path: string,
  name: 'teacher' | 'trained' | 'pruned' | 'refined' | 'final',
): Promise<MoE | undefined> {
  const file = join(path, fileNames.model(name));
  const bytes = await asReading(file, () => readFile(file).catch(ignoreMissing));
  return bytes && loadMoE(bytes);
}

function resultIn(text: string, path: string): Summary {
  const json = parseStrictJson(text, path);
  const isObject = typeof json === 'object' && json !== null;
  const missing = ['certificate', 'config', 'origins'].filter(
    (field) => !(isObject && field in json),
  );
  if (missing.length === 0) return json as Summary;
  throw new FormatError(`is not the result of a run of this version: it has no ${missing[0]}`, {
    field: 'result',
    value: path,
    remedy: 'Run its config.json again into another folder.',
  });
}

/** The text of a file, or undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return asReading(path, () => readFile(path, 'utf8').catch(ignoreMissing));
}

async function asReading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new RunFolderError(
      'cannot be read',
      {
        field: 'run',
        value: path,
        remedy: `Check that it is there and can be read (${(cause as Error).message}).`,
      },
      { cause },
    );
  }
}

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Config,
  parseConfig,
  type RecordLine,
  recordFormat,
  resultFormat,
  type Snapshot,
  type Summary,
} from '@softmoe/lab';
import { FormatError, loadMoE, type MoE, SoftmoeError } from '@softmoe/model';
import { parseStrictJson, readFormat } from '@softmoe/model/checks';
import { ignoreMissing } from '@softmoe/tasks/files';
import { decodeCheckpoint } from './checkpoint.ts';
import { fileNames, RUN_AGAIN, RunFolderError } from './run-files.ts';

/** What is known of a run from its folder. */
export interface Run {
  readonly path: string;
  /** What it ran with: of its result or checkpoint, where config.json may have been changed since. */
  readonly config: Config;
  /** When the run last wrote to the folder. */
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
  const found =
    result !== undefined
      ? { result: resultIn(result, join(path, fileNames.result)) }
      : checkpoint !== undefined
        ? { checkpoint: decodeCheckpoint(checkpoint, join(path, fileNames.checkpoint)).snapshot }
        : {};
  const written = parseConfig(parseStrictJson(config, join(path, fileNames.config)));
  return {
    path,
    config: found.result?.config ?? found.checkpoint?.config ?? written,
    changed: await lastWritten(path),
    ...found,
  };
}

async function lastWritten(path: string): Promise<Date> {
  const { config, checkpoint, records, result } = fileNames;
  const times = [config, checkpoint, records, result].map((name) =>
    stat(join(path, name)).then(({ mtime }) => mtime, ignoreMissing),
  );
  return new Date(Math.max(...(await Promise.all(times)).map((time) => time?.getTime() ?? 0)));
}

/**
 * The runs right under a folder, by name, and what is wrong with those that cannot be read. Folders that hold no config.json
 * are passed over.
 */
export async function findRuns(
  parent: string,
): Promise<{ readonly runs: Run[]; readonly damaged: SoftmoeError[] }> {
  const entries = await asReading(parent, () => readdir(parent, { withFileTypes: true }));
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const runs: Run[] = [];
  const damaged: SoftmoeError[] = [];
  for (const name of names.sort()) {
    const path = join(parent, name);
    if ((await readIfThere(join(path, fileNames.config))) === undefined) continue;
    try {
      runs.push(await readRun(path));
    } catch (error) {
      if (!(error instanceof SoftmoeError)) throw error;
      damaged.push(error);
    }
  }
  return { runs, damaged };
}

/** One of the models of a run; undefined where it has not come that far. Throws `FormatError` for a damaged file. */
export async function readModel(
  path: string,
  name: 'teacher' | 'trained' | 'pruned' | 'refined' | 'final',
): Promise<MoE | undefined> {
  const file = join(path, fileNames.model(name));
  const bytes = await asReading(file, () => readFile(file).catch(ignoreMissing));
  try {
    return bytes && loadMoE(bytes);
  } catch (cause) {
    throw new FormatError(
      `is damaged: ${(cause as Error).message}`,
      { field: name, value: file, remedy: RUN_AGAIN },
      { cause },
    );
  }
}

function resultIn(text: string, file: string): Summary {
  return readFormat(parseStrictJson(text, file), resultFormat, { file, remedy: RUN_AGAIN });
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

/**
 * The records of a run, from the records.jsonl of its folder; none where there is no such file. A last line that is still
 * being written is left out. Throws `FormatError` for any other line that is no record, with its number.
 */
export async function readRecords(path: string): Promise<RecordLine[]> {
  const file = join(path, fileNames.records);
  const text = (await readIfThere(file)) ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line, i) => recordIn(line, `${file}, line ${i + 1}`));
}

function recordIn(line: string, file: string): RecordLine {
  return readFormat(parseStrictJson(line, file), recordFormat, { file, remedy: RUN_AGAIN });
}

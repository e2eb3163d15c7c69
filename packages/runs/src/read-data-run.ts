import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DataConfig, type DataResult, type DataRun, dataResultFormat } from '@softmoe/lab';
import { FormatError, loadMoE } from '@softmoe/model';
import { parseStrictJson, readFormat } from '@softmoe/model/checks';
import { ignoreMissing, isSealed } from '@softmoe/tasks/files';
import { type About, readAbout } from './about.ts';
import { asReading } from './file-errors.ts';
import { decodeFitJournal, type FitJournalContent } from './fit-journal-file.ts';
import { DATA_CONFIG, folderKind } from './folder-kind.ts';
import { keptParts } from './own-module.ts';
import { type RunFiles, readIfThere, readRunFile, type WrittenFiles } from './read-file.ts';
import { fileNames, RUN_TABLE_AGAIN, RunFolderError, shellWord } from './run-files.ts';

/** The file of the model that a run on a table ended at. */
export const MODEL_FILE = fileNames.model('final');

/** What is known of a run on a table from its folder, beside its model. */
export interface KeptDataRun extends RunFiles {
  /** What it ran with, with the path of its table as it was given. */
  readonly config: DataConfig;
  readonly about: About;
  /** When the run last wrote to the folder. */
  readonly changed: Date;
  /** Of a complete run. */
  readonly result?: DataResult;
  /** How many fits have ended of one that was stopped or is under way. */
  readonly fits?: number;
}

/**
 * What the folder of a complete run on a table holds. Code of a gate or an expert that it keeps is run. Throws {@link RunFolderError} for
 * another folder and a run that has not ended, and {@link FormatError} where a file was changed since the run wrote it.
 */
export async function readDataRun(path: string): Promise<DataRun> {
  const run = await readDataFolder(path);
  const { config, result } = run;
  if (!result) throw incomplete(path);
  const bytes = await readRunFile(run, MODEL_FILE);
  if (!bytes) throw changed(join(path, MODEL_FILE));
  return { model: loadMoE(bytes, undefined, await keptParts(path, config)), result };
}

/** What the folder of a run on a table holds, but for its model. Throws {@link RunFolderError} for another folder, and {@link FormatError} for a damaged file. */
export async function readDataFolder(path: string): Promise<KeptDataRun> {
  await requireOnData(path);
  const about = await readAbout(path);
  const file = join(path, fileNames.result);
  // In this order: a run that ends meanwhile writes its result before it removes its fits.
  const journal = await readFits(path);
  const text = await readIfThere(file);
  if (text === undefined) {
    if (!journal) throw changed(file);
    const { config, fits } = journal();
    return { path, config, about, changed: await lastWritten(path), fits: fits.length };
  }
  const written = parseStrictJson(text, file);
  if (!isSealed(written)) throw changed(file);
  const result = readFormat(written, dataResultFormat, { file, remedy: RUN_TABLE_AGAIN });
  const { files } = written as { readonly files?: WrittenFiles };
  return {
    path,
    config: result.config,
    about,
    changed: await lastWritten(path),
    result,
    ...(files ? { files } : {}),
  };
}

async function lastWritten(path: string): Promise<Date> {
  const times = [fileNames.fits, fileNames.result].map((name) =>
    stat(join(path, name)).then(({ mtime }) => mtime.getTime(), ignoreMissing),
  );
  return new Date(Math.max(...(await Promise.all(times)).map((time) => time ?? 0)));
}

/** What decodes the fits that have ended; undefined where there is no such file. */
export async function readFits(path: string): Promise<(() => FitJournalContent) | undefined> {
  const file = join(path, fileNames.fits);
  const bytes = await asReading(file, () => readFile(file).catch(ignoreMissing));
  return bytes && (() => decodeFitJournal(bytes, file));
}

/** Throws {@link RunFolderError} for what is not the folder of a run on a table. */
async function requireOnData(path: string): Promise<void> {
  if ((await folderKind(path)) === 'data') return;
  throw new RunFolderError('is not the folder of a run on data', {
    field: 'run',
    value: path,
    remedy: `Give the folder that softmoe run --data … --out made: it has a ${DATA_CONFIG}, and a ${fileNames.result} or a ${fileNames.fits}.`,
  });
}

function incomplete(path: string): RunFolderError {
  return new RunFolderError('has not ended, and has no model yet', {
    field: 'run',
    value: path,
    remedy: `Wait for it, or go on with it where it was stopped: softmoe resume ${shellWord(path)}.`,
  });
}

function changed(file: string): FormatError {
  return new FormatError('was changed since the run wrote it, or is not there', {
    field: 'file',
    value: file,
    remedy: RUN_TABLE_AGAIN,
  });
}

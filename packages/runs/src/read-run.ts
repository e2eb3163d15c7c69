import { stat } from 'node:fs/promises';
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
import { FormatError, loadMoE, type MoE, UnsupportedError } from '@softmoe/model';
import { parseStrictJson, readFormat } from '@softmoe/model/checks';
import { gitStateSchema } from '@softmoe/tasks';
import { ignoreMissing, isSealed } from '@softmoe/tasks/files';
import * as z from 'zod';
import { type About, readAbout } from './about.ts';
import { decodeCheckpoint } from './checkpoint.ts';
import { notFolderOf } from './folder-kind.ts';
import { keptParts } from './own-module.ts';
import {
  type RunFiles,
  readIfThere,
  readRunFile,
  requireSizes,
  type WrittenFiles,
  wholeLines,
  writtenFiles,
  writtenOf,
} from './read-file.ts';
import { fileNames, RUN_AGAIN, RunFolderError, shellWord } from './run-files.ts';
import { flatten } from './sweep/fields.ts';

/** What is known of a run from its folder. */
export interface Run extends RunFiles {
  /** What it ran with: of its result or checkpoint, where config.json may have been changed since. */
  readonly config: Config;
  /** Tags, note and git state: of a complete run that of its result, since about.json may be edited. */
  readonly about: About;
  /** When the run last wrote to the folder. */
  readonly changed: Date;
  /** Of a complete run. */
  readonly result?: Summary;
  /** Of one that was stopped or is under way: where it would go on. */
  readonly checkpoint?: Snapshot;
}

/**
 * Reads a run's config and result, or its checkpoint. Throws {@link RunFolderError} for what is no run's folder and a
 * typed error for a damaged file, with its path; of a complete run also for a config that is not that of the result, a result
 * that was changed, and any other file that has another size than the run gave it.
 */
export async function readRun(path: string): Promise<Run> {
  const config = await readIfThere(join(path, fileNames.config));
  if (config === undefined) {
    const { problem, remedy } = await notFolderOf('run', path);
    throw new RunFolderError(problem, { field: 'run', value: path, remedy });
  }
  // In this order: a run that ends meanwhile writes its result before it removes its checkpoint.
  const checkpoint = await readIfThere(join(path, fileNames.checkpoint));
  const result = await readIfThere(join(path, fileNames.result));
  const { git, ...found }: Pick<Run, 'result' | 'checkpoint' | 'files'> & Pick<About, 'git'> =
    result !== undefined
      ? resultIn(result, join(path, fileNames.result))
      : checkpoint !== undefined
        ? checkpointIn(checkpoint, join(path, fileNames.checkpoint))
        : {};
  const written = parseConfig(parseStrictJson(config, join(path, fileNames.config)));
  if (found.result) requireSameConfig(path, fileNames.config, found.result.config, written);
  const run: Run = {
    path,
    config: found.result?.config ?? found.checkpoint?.config ?? written,
    about: { ...(await readAbout(path)), ...(git && { git }) },
    changed: await lastWritten(path),
    ...found,
  };
  if (run.result) await requireSizes(run);
  return run;
}

/** Throws {@link RunFolderError} where the config in `file` was changed since the run began: what is there is not of this one. */
export function requireSameConfig(
  path: string,
  file: string,
  began: object,
  written: object,
): void {
  const [before, now] = [new Map(flatten(began)), new Map(flatten(written))];
  const field = [...before.keys(), ...now.keys()].find(
    (name) => before.get(name) !== now.get(name),
  );
  if (field === undefined) return;
  throw new RunFolderError(
    `was changed to ${JSON.stringify(now.get(field))} in ${file} since the run began`,
    {
      field,
      value: before.get(field),
      remedy: `Change it back, or run ${shellWord(join(path, file))} into another folder.`,
    },
  );
}

async function lastWritten(path: string): Promise<Date> {
  const { config, checkpoint, records, result } = fileNames;
  const times = [config, checkpoint, records, result].map((name) =>
    stat(join(path, name)).then(({ mtime }) => mtime, ignoreMissing),
  );
  return new Date(Math.max(...(await Promise.all(times)).map((time) => time?.getTime() ?? 0)));
}

/**
 * One of the models of a run; undefined where it has not come that far. Code of a gate or an expert that the folder keeps is run,
 * since models only name them. Throws `FormatError` for a damaged file.
 */
export async function readModel(
  run: RunFiles & Partial<Pick<Run, 'config'>>,
  name: 'teacher' | 'trained' | 'pruned' | 'refined' | 'final',
): Promise<MoE | undefined> {
  const file = join(run.path, fileNames.model(name));
  const bytes = await readRunFile(run, fileNames.model(name));
  try {
    const own = run.config ? await keptParts(run.path, run.config) : {};
    return bytes && loadMoE(bytes, undefined, own);
  } catch (cause) {
    throw new FormatError(
      `${cause instanceof UnsupportedError ? 'cannot be used' : 'is damaged'}: ${(cause as Error).message}`,
      { field: name, value: file, remedy: RUN_AGAIN },
      { cause },
    );
  }
}

function resultIn(text: string, file: string): BesideResult & { result: Summary } {
  const json = parseStrictJson(text, file);
  const result = readFormat(json, resultFormat, { file, remedy: RUN_AGAIN });
  const beside = readFormat(json, besideFormat, { file, remedy: RUN_AGAIN });
  if (isSealed(json)) return { result, ...beside };
  throw new FormatError('was changed since the run wrote it', {
    field: 'result',
    value: file,
    remedy: `Put an unchanged copy in its place. ${RUN_AGAIN}`,
  });
}

/** What result.json holds beside the result. */
const beside = z.object({
  files: writtenFiles.exactOptional(),
  git: gitStateSchema.exactOptional(),
});
type BesideResult = z.output<typeof beside>;
const besideFormat = { ...resultFormat, schema: beside };

function checkpointIn(text: string, file: string): { checkpoint: Snapshot; files?: WrittenFiles } {
  const { snapshot, recordBytes: bytes, recordSha256: sha256 } = decodeCheckpoint(text, file);
  const { teacher } = snapshot;
  const files = {
    ...(sha256 === undefined ? {} : { [fileNames.records]: { bytes, sha256 } }),
    ...(teacher ? { [fileNames.model('teacher')]: writtenOf(teacher) } : {}),
  };
  return { checkpoint: snapshot, files };
}

/**
 * The records of a run, from the records.jsonl of its folder; none where there is no such file. A last line that is still
 * being written is left out. Throws `FormatError` for any other line that is no record, with its number, and for records
 * that are not those that the run wrote.
 */
export async function readRecords(run: RunFiles): Promise<RecordLine[]> {
  const file = join(run.path, fileNames.records);
  const bytes = (await readRunFile(run, fileNames.records)) ?? new Uint8Array(0);
  return wholeLines(bytes, file).lines.map((line, i) => recordIn(line, `${file}, line ${i + 1}`));
}

function recordIn(line: string, file: string): RecordLine {
  return readFormat(parseStrictJson(line, file), recordFormat, { file, remedy: RUN_AGAIN });
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resultFormat, type Summary } from '@softmoe/lab';
import { decodeText, parseStrictJson, readFormat } from '@softmoe/model/checks';
import { openTaskStore, type TaskRecord, type TaskStore } from '@softmoe/tasks';
import { writeShared } from '@softmoe/tasks/files';
import { canonicalize } from 'json-canonicalize';
import { DEFINITION, folderKind, notFolderOf } from '../folder-kind.ts';
import { SWEEP_FORMAT, SweepError, sweepFormat } from './definition.ts';
import { keptModules } from './modules.ts';
import { keepFiles, keptFiles } from './own-files.ts';
import { parseSweep, type Sweep } from './sweep.ts';

/** The record of one run of a sweep. */
export type SweepRecord = TaskRecord<Summary>;

/** What a sweep's folder holds. */
export interface SweepResults {
  readonly sweep: Sweep;
  /** One a run at most, in the order of `sweep.runs`; runs without one are missing. */
  readonly records: readonly SweepRecord[];
  /** Runs that have no record yet. */
  readonly missing: number;
  /** The code that the records come from, by hash: more than one when softmoe changed on the way. */
  readonly codes: readonly string[];
}

/**
 * Makes or opens the folder of a sweep, and keeps its definition there in sweep.json. Throws {@link SweepError} for the folder of a
 * run, and for that of a sweep with runs that this one has not: their records would be passed over; and `StoreError`.
 */
export async function openSweepFolder(path: string, sweep: Sweep): Promise<TaskStore> {
  const kind = await folderKind(path);
  if (kind === 'run') throw otherFolder('is the folder of a run', path);
  if (kind === 'sweep') {
    const own = new Set(sweep.runs.map(({ config }) => canonicalize(config)));
    const before = await readDefinition(path);
    if (!before.runs.every(({ config }) => own.has(canonicalize(config)))) {
      throw otherFolder('holds another sweep, with runs that this one has not', path);
    }
  }
  const store = await openTaskStore(path);
  await keepFiles(path, 'teachers', sweep.files.values());
  await keepFiles(
    path,
    'modules',
    [...sweep.modules.values()].map(({ text }) => text),
  );
  const content = { format: SWEEP_FORMAT, ...sweep.definition };
  await writeShared(join(path, DEFINITION), `${JSON.stringify(content, null, 2)}\n`);
  return store;
}

function otherFolder(problem: string, path: string): SweepError {
  return new SweepError(problem, {
    field: 'folder',
    value: path,
    remedy: 'Choose another folder with --out, or remove this one first.',
  });
}

/** The sweep of a folder. Throws {@link SweepError} when there is none, and `FormatError` when it is damaged. */
export async function readDefinition(path: string): Promise<Sweep> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(path, DEFINITION));
  } catch (cause) {
    const { problem, remedy } = await notFolderOf('sweep', path);
    throw new SweepError(problem, { field: 'folder', value: path, remedy }, { cause });
  }
  const definition = parseStrictJson(decodeText(bytes, DEFINITION), DEFINITION);
  readFormat(definition, sweepFormat, {
    file: join(path, DEFINITION),
    remedy: 'Correct it, or start the sweep again in another folder.',
    error: SweepError,
  });
  const files = await keptFiles(path, 'teachers', definition);
  return parseSweep(definition, 'sweep', files, await keptModules(path, definition));
}

/**
 * The sweep of a folder and its records so far, each with the config as its input. Where a run was recorded more than once, by different versions of the code,
 * the latest counts. Throws {@link SweepError}, `FormatError` and `StoreError`.
 */
export async function readSweep(path: string): Promise<SweepResults> {
  const sweep = await readDefinition(path);
  const store = await openTaskStore(path);
  const latest = new Map<string, TaskRecord>();
  for (const record of await store.all()) {
    const key = canonicalize({ kind: record.kind, input: record.input });
    const other = latest.get(key);
    if (!other || other.endedAt < record.endedAt) latest.set(key, record);
  }
  const records = sweep.runs.flatMap(({ task, config }): SweepRecord[] => {
    const record = latest.get(canonicalize({ kind: task.kind, input: task.input }));
    return record ? [{ ...sweepRecord(record, path), input: config }] : [];
  });
  return {
    sweep,
    records,
    missing: sweep.runs.length - records.length,
    codes: [...new Set(records.map(({ code }) => code))],
  };
}

/** A record with its output checked, which may be of an earlier version. */
function sweepRecord(record: TaskRecord, path: string): SweepRecord {
  if (record.status === 'failed') return record;
  const file = join(path, 'records', `${record.id}.json`);
  const remedy = `Remove ${file}: the next start does its run again.`;
  return { ...record, output: readFormat(record.output, resultFormat, { file, remedy }) };
}

/**
 * Joins the records of folders of the same sweep, such as its shards, in `out`, which may be one of them. Throws {@link SweepError}
 * when they are of different sweeps; then nothing is written.
 */
export async function mergeSweeps(out: string, folders: readonly string[]): Promise<Sweep> {
  const sweeps = await Promise.all(folders.map(readDefinition));
  const [first] = sweeps;
  if (!first) {
    throw new SweepError('has nothing to join', {
      field: 'folders',
      value: folders,
      remedy: 'Give the folders of the shards.',
    });
  }
  const text = canonicalize(first.definition);
  for (const [i, { definition }] of sweeps.entries()) {
    if (canonicalize(definition) === text) continue;
    throw new SweepError(`is of another sweep than ${folders[0]}`, {
      field: 'folder',
      value: folders[i],
      remedy: 'Join folders that have the same sweep.json.',
    });
  }
  const target = await openSweepFolder(out, first);
  for (const folder of folders) {
    const source = await openTaskStore(folder);
    for (const record of await source.all()) {
      if ((await target.get(record.id))?.status !== 'done') await target.put(record);
    }
  }
  return first;
}

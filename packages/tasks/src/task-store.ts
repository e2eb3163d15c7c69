import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SoftmoeError } from '@softmoe/model';
import { decodeText, parseStrictJson, readFormat } from '@softmoe/model/checks';
import { StoreError } from './errors.ts';
import { ignoreMissing, isSealed, PARTIAL, seal, writeShared } from './files.ts';
import { type TaskRecord, taskId, taskRecordFormat } from './task-record.ts';

/**
 * A folder that holds one record a task, in `records/<id>.json`. Files appear whole or not at all, so that several
 * processes may share the folder, a kill at any moment loses at most the tasks in flight, and copying the files of one
 * folder into another joins them.
 *
 * Files with other names are none of its business. One that has a record's name but does not hold that record is
 * damaged: reading it throws a {@link StoreError} that says to remove it.
 */
export interface TaskStore {
  readonly path: string;
  get(id: string): Promise<TaskRecord | undefined>;
  /** Keeps a record. One of the same id is replaced, unless that one is done and this one failed. */
  put(record: TaskRecord): Promise<void>;
  /** The ids of all records, sorted. */
  ids(): Promise<string[]>;
  /** All records, by id. */
  all(): Promise<TaskRecord[]>;
}

const NAME = /^([0-9a-f]{64})\.json$/;

/** Age from which a temporary file counts as left behind by a process that was killed. */
const ABANDONED_AFTER = 60_000;

/** Opens the store of a folder, which is made if it is not there. Throws {@link StoreError}. */
export async function openTaskStore(path: string): Promise<TaskStore> {
  const records = join(path, 'records');
  await onDisk(path, async () => {
    await mkdir(records, { recursive: true });
    await removeAbandoned(records);
  });
  const fileOf = (id: string) => join(records, `${id}.json`);
  const get = async (id: string) => {
    const bytes = await onDisk(path, () => readFile(fileOf(id)).catch(ignoreMissing));
    return bytes && decodeRecord(bytes, id, fileOf(id));
  };
  const ids = () =>
    onDisk(path, async () =>
      (await readdir(records)).flatMap((name) => NAME.exec(name)?.[1] ?? []).sort(),
    );
  return {
    path,
    get,
    ids,
    async put(record) {
      if (record.status === 'failed' && (await get(record.id))?.status === 'done') return;
      const bytes = Buffer.from(`${JSON.stringify(seal(record))}\n`);
      decodeRecord(bytes, record.id, fileOf(record.id));
      await onDisk(path, () => writeShared(fileOf(record.id), bytes));
    },
    async all() {
      const found: TaskRecord[] = [];
      for (const id of await ids()) {
        const record = await get(id);
        if (record) found.push(record);
      }
      return found;
    },
  };
}

function decodeRecord(bytes: Uint8Array, id: string, path: string): TaskRecord {
  const remedy = `Remove ${path}: the next start does its task again.`;
  const damaged = (problem: string, cause?: unknown) =>
    new StoreError(problem, { field: 'record', value: path, remedy }, { cause });
  let json: unknown;
  try {
    json = parseStrictJson(decodeText(bytes, 'record'), 'record');
  } catch (cause) {
    throw damaged('is damaged', cause);
  }
  const record = readFormat(json, taskRecordFormat, { file: path, remedy, error: StoreError });
  if (record.id !== id || taskId(record, record.code) !== id) {
    throw damaged('is not the record that its name says');
  }
  if (!isSealed(json)) throw damaged('was changed since it was written');
  return record;
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(PARTIAL)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(ignoreMissing);
    if (found && Date.now() - found.mtimeMs > ABANDONED_AFTER) await rm(path, { force: true });
  }
}

/** An error of the file system becomes a {@link StoreError}. */
async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SoftmoeError) throw cause;
    const { message } = cause as Error;
    throw new StoreError(
      'cannot be read or written',
      {
        field: 'store',
        value: path,
        remedy: `Choose a folder that can be written, on a disk with room (${message}).`,
      },
      { cause },
    );
  }
}

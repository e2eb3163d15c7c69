import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FormatError, type MoE, SoftmoeError, saveMoE } from '@softmoe/model';
import type { Config } from '../config.ts';
import type { ExperimentEvent } from '../phases.ts';
import { recordLine } from '../record-line.ts';
import { type ExperimentResult, summaryOf } from '../result.ts';
import type { Snapshot } from '../snapshot.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { writeWhole } from './write-whole.ts';

/** A run folder cannot be made, read or written. */
export class RunFolderError extends SoftmoeError {
  override readonly name = 'RunFolderError';
}

/** One run on disk. Once it is complete nothing in it is changed again. */
export interface RunFolder {
  readonly path: string;
  /** Appends a record to records.jsonl, or writes the model of the phase that ended. Give it every event, in order. */
  add(event: ExperimentEvent): Promise<void>;
  /** Keeps a point to go on from after Ctrl-C, a crash or a loss of power. */
  checkpoint(snapshot: Snapshot): Promise<void>;
  close(): Promise<void>;
}

const CHECKPOINT = 'checkpoint.json';
const RECORDS = 'records.jsonl';

/**
 * Makes a new folder with config.json and, as the run goes on, records.jsonl (one record a line), checkpoint.json,
 * teacher.safetensors, trained.safetensors, pruned.safetensors, refined.safetensors (online engine), final.safetensors and
 * result.json. Every file but
 * records.jsonl appears whole or not at all. Throws {@link RunFolderError} when the folder exists or cannot be written.
 */
export async function createRunFolder(path: string, config: Config): Promise<RunFolder> {
  await makeFolder(path);
  await writeWhole(join(path, 'config.json'), json(config));
  return openAt(path, 0);
}

/**
 * The folder of a run that was stopped, and the snapshot to restore: records after it are dropped, since the restored
 * experiment gives them again. Throws {@link RunFolderError} for a folder without a checkpoint (a complete run has none)
 * and `FormatError` for a damaged one.
 */
export async function resumeRunFolder(
  path: string,
): Promise<{ folder: RunFolder; snapshot: Snapshot }> {
  let text: string;
  try {
    text = await readFile(join(path, CHECKPOINT), 'utf8');
  } catch (cause) {
    throw new RunFolderError(
      'has no checkpoint to go on from',
      {
        field: 'run',
        value: path,
        remedy:
          'Give the folder of a run that was stopped. One with a result.json is complete; one that has just begun can be run again from its config.json.',
      },
      { cause },
    );
  }
  const { snapshot, recordBytes } = decodeCheckpoint(text, path);
  return { folder: await openAt(path, recordBytes), snapshot };
}

/** Opens records.jsonl, cut or begun at `length` bytes. */
async function openAt(path: string, length: number): Promise<RunFolder> {
  const records = await asRunFolder(path, () => open(join(path, RECORDS), length ? 'r+' : 'w'));
  const found = (await records.stat()).size;
  if (found < length) {
    await records.close();
    throw new FormatError(`is shorter than the ${length} bytes that its checkpoint counts`, {
      field: RECORDS,
      value: found,
      remedy: 'Start the run again from its config.json in another folder.',
    });
  }
  await records.truncate(length);
  let written = length;
  return {
    path,
    add: (event) =>
      asRunFolder(path, async () => {
        switch (event.phase) {
          case 'train':
          case 'finetune': {
            const line = Buffer.from(`${JSON.stringify(recordLine(event.phase, event.record))}\n`);
            await records.write(line, 0, line.length, written);
            written += line.length;
            return;
          }
          case 'prune':
            return writeModel(path, 'pruned', event.model);
          case 'done':
            await writeResult(path, event.result);
            return rm(join(path, CHECKPOINT), { force: true });
        }
      }),
    checkpoint: (snapshot) =>
      asRunFolder(path, async () => {
        await records.sync();
        const checkpoint = encodeCheckpoint({ snapshot, recordBytes: written });
        await writeWhole(join(path, CHECKPOINT), checkpoint);
      }),
    close: () => records.close(),
  };
}

/** What `work` does in the folder; an error of the file system becomes a {@link RunFolderError}. */
async function asRunFolder<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SoftmoeError) throw cause;
    throw new RunFolderError(
      'cannot be written',
      {
        field: 'run',
        value: path,
        remedy: `Check that it is there and the disk has room (${(cause as Error).message}); go on from its checkpoint.`,
      },
      { cause },
    );
  }
}

async function writeResult(path: string, result: ExperimentResult): Promise<void> {
  const { teacher, trained, refined, final } = result.models;
  await writeModel(path, 'teacher', teacher);
  await writeModel(path, 'trained', trained);
  if (refined) await writeModel(path, 'refined', refined);
  await writeModel(path, 'final', final);
  await writeWhole(join(path, 'result.json'), json(summaryOf(result)));
}

function writeModel(path: string, name: string, model: MoE): Promise<void> {
  return writeWhole(join(path, `${name}.safetensors`), saveMoE(model));
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw cannotMake(path, cause);
  }
  try {
    await mkdir(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotMake(path, cause);
    throw new RunFolderError(
      'already exists, and runs are never overwritten',
      { field: 'out', value: path, remedy: 'Choose another folder, or remove this one first.' },
      { cause },
    );
  }
}

function cannotMake(path: string, cause: unknown): RunFolderError {
  const remedy = `Choose a folder that can be written (${(cause as Error).message}).`;
  return new RunFolderError('cannot be made', { field: 'out', value: path, remedy }, { cause });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

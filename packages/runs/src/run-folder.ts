import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Config,
  type ExperimentEvent,
  type ExperimentResult,
  parseConfig,
  recordLine,
  type Snapshot,
  summaryOf,
} from '@softmoe/lab';
import { FormatError, type MoE, SoftmoeError, saveMoE } from '@softmoe/model';
import { parseStrictJson } from '@softmoe/model/checks';
import { writeWhole } from '@softmoe/tasks/files';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { RunFolderError } from './errors.ts';
import { readIfThere, readRun } from './read-run.ts';
import { claimRun, type RunClaim } from './run-claim.ts';
import { fileNames, START_AGAIN } from './run-files.ts';
import { flatten } from './sweep/fields.ts';

/** One run on disk. Once it is complete nothing in it is changed again. */
export interface RunFolder {
  readonly path: string;
  /** Appends a record to records.jsonl, or writes the model of the phase that ended. Give it every event, in order. */
  add(event: ExperimentEvent): Promise<void>;
  /** Keeps a point to go on from after Ctrl-C, a crash or a loss of power. */
  checkpoint(snapshot: Snapshot): Promise<void>;
  /** Leaves the folder to whoever goes on with it. */
  close(): Promise<void>;
}

/**
 * Makes a new folder for the run that `start` begins, with config.json, checkpoint.json (which names the backend, too) and, as
 * the run goes on, records.jsonl (one record a line), teacher.safetensors, trained.safetensors, pruned.safetensors,
 * refined.safetensors (engines that sample), final.safetensors and result.json. The folder, and every file in it but
 * records.jsonl, appears whole or not at all, so that a run killed at any moment goes on with {@link resumeRunFolder}. It
 * is claimed until it is closed. Throws {@link RunFolderError} when the folder exists or cannot be written.
 */
export async function createRunFolder(path: string, start: Snapshot): Promise<RunFolder> {
  await makeFolder(path, async (folder) => {
    await writeWhole(join(folder, fileNames.config), json(start.config));
    await writeCheckpoint(folder, { snapshot: start, recordBytes: 0 });
  });
  return claimed(path, (claim) => openAt(path, 0, claim));
}

/**
 * The folder of a run that was stopped, and the snapshot to restore: that of its last checkpoint. Records after it are
 * dropped, since the restored experiment gives them again. The folder is claimed until it is closed. Throws
 * {@link RunFolderError} for a complete run, one that another process has claimed, and what is no run's folder, `FormatError`
 * for a damaged one.
 */
export async function resumeRunFolder(
  path: string,
): Promise<{ folder: RunFolder; snapshot: Snapshot }> {
  await requireIncomplete(path);
  return claimed(path, async (claim) => {
    // Whoever had claimed it may have ended it meanwhile.
    await requireIncomplete(path);
    const checkpoint = await readIfThere(join(path, fileNames.checkpoint));
    if (checkpoint === undefined) {
      throw new RunFolderError(`holds no ${fileNames.checkpoint} to go on from`, {
        field: 'run',
        value: path,
        remedy: `Run its ${fileNames.config} again into another folder.`,
      });
    }
    const { snapshot, recordBytes } = decodeCheckpoint(
      checkpoint,
      join(path, fileNames.checkpoint),
    );
    return { folder: await openAt(path, recordBytes, claim), snapshot };
  });
}

async function requireIncomplete(path: string): Promise<void> {
  const { result, config } = await readRun(path);
  if (!result) return requireSameConfig(path, config);
  await rm(join(path, fileNames.checkpoint), { force: true });
  throw new RunFolderError('is complete: there is nothing left to do', {
    field: 'run',
    value: path,
    remedy: `Look at it with softmoe show ${path}, or run its ${fileNames.config} again into another folder.`,
  });
}

/** A run goes on with the config that it began with: a change of config.json would be passed over in silence. */
async function requireSameConfig(path: string, began: Config): Promise<void> {
  const file = join(path, fileNames.config);
  const written = parseConfig(parseStrictJson((await readIfThere(file)) ?? '', file));
  const [before, now] = [new Map(flatten(began)), new Map(flatten(written))];
  const field = [...before.keys(), ...now.keys()].find(
    (name) => before.get(name) !== now.get(name),
  );
  if (field === undefined) return;
  throw new RunFolderError(
    `was changed to ${JSON.stringify(now.get(field))} in ${fileNames.config} since the run began`,
    {
      field,
      value: before.get(field),
      remedy: `Change it back, or run ${file} into another folder.`,
    },
  );
}

/** What `open` does with a folder that this process has claimed. Where it fails the claim is given up. */
async function claimed<T>(path: string, open: (claim: RunClaim) => Promise<T>): Promise<T> {
  const claim = await asRunFolder(path, () => claimRun(path));
  try {
    return await open(claim);
  } catch (error) {
    await claim.release();
    throw error;
  }
}

/** Opens records.jsonl, cut or begun at `length` bytes. */
async function openAt(path: string, length: number, claim: RunClaim): Promise<RunFolder> {
  const records = await asRunFolder(path, () =>
    open(join(path, fileNames.records), length ? 'r+' : 'w').catch((error) => {
      if (length === 0 || error.code !== 'ENOENT') throw error;
      throw new FormatError(`is not there, though its checkpoint counts ${length} bytes of it`, {
        field: fileNames.records,
        value: path,
        remedy: START_AGAIN,
      });
    }),
  );
  const found = (await records.stat()).size;
  if (found < length) {
    await records.close();
    throw new FormatError(`is shorter than the ${length} bytes that its checkpoint counts`, {
      field: fileNames.records,
      value: found,
      remedy: START_AGAIN,
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
            const line = Buffer.from(`${JSON.stringify(recordLine(event))}\n`);
            await records.write(line, 0, line.length, written);
            written += line.length;
            return;
          }
          case 'prune':
            return writeModel(path, 'pruned', event.model);
          case 'done':
            await writeResult(path, event.result);
            return rm(join(path, fileNames.checkpoint), { force: true });
        }
      }),
    checkpoint: (snapshot) =>
      asRunFolder(path, async () => {
        await records.sync();
        await writeCheckpoint(path, { snapshot, recordBytes: written });
      }),
    async close() {
      await records.close();
      await claim.release();
    },
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

function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  return writeWhole(join(path, fileNames.checkpoint), encodeCheckpoint(checkpoint));
}

async function writeResult(path: string, result: ExperimentResult): Promise<void> {
  const { teacher, trained, refined, final } = result.models;
  await writeModel(path, 'teacher', teacher);
  await writeModel(path, 'trained', trained);
  if (refined) await writeModel(path, 'refined', refined);
  await writeModel(path, 'final', final);
  await writeWhole(join(path, fileNames.result), json(summaryOf(result)));
}

function writeModel(path: string, name: string, model: MoE): Promise<void> {
  return writeWhole(join(path, fileNames.model(name)), saveMoE(model));
}

/** Under a temporary name until `fill` is done, then renamed to `path`, where there must be nothing. */
async function makeFolder(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(path)) throw taken(path);
  let temporary: string | undefined;
  try {
    await mkdir(dirname(path), { recursive: true });
    temporary = await mkdtemp(`${path}.partial-`);
    await chmod(temporary, 0o777 & ~process.umask());
    await fill(temporary);
    await rename(temporary, path);
  } catch (cause) {
    if (temporary) await rm(temporary, { recursive: true, force: true });
    throw existsSync(path) ? taken(path, cause) : cannotMake(path, cause);
  }
}

function taken(path: string, cause?: unknown): RunFolderError {
  return new RunFolderError(
    'already exists, and runs are never overwritten',
    { field: 'out', value: path, remedy: 'Choose another folder, or remove this one first.' },
    { cause },
  );
}

function cannotMake(path: string, cause: unknown): RunFolderError {
  const remedy = `Choose a folder that can be written (${(cause as Error).message}).`;
  return new RunFolderError('cannot be made', { field: 'out', value: path, remedy }, { cause });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ExperimentEvent,
  type ExperimentResult,
  parseConfig,
  recordLine,
  type Snapshot,
  summaryOf,
} from '@softmoe/lab';
import { type MoE, type OwnParts, saveMoE } from '@softmoe/model';
import { parseStrictJson } from '@softmoe/model/checks';
import { seal, writeWhole } from '@softmoe/tasks/files';
import { type About, encodeAbout, readAbout } from './about.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import type { ModuleTexts } from './experiment-module.ts';
import { asWriting } from './file-errors.ts';
import { makeFolder } from './make-folder.ts';
import { requiredParts, writeModules } from './own-module.ts';
import { readIfThere, type Written, type WrittenFiles, writtenOf } from './read-file.ts';
import { readRun, requireSameConfig } from './read-run.ts';
import { openRecordFile, type RecordCount } from './record-file.ts';
import { claimed, type RunClaim } from './run-claim.ts';
import { alreadyComplete, fileNames, RunFolderError } from './run-files.ts';

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
 * Makes a new folder for the run that `start` begins, with config.json, teacher.safetensors where the teacher is the user's own,
 * gate.mjs and expert.mjs where these are, from `modules`, checkpoint.json (which names the backend, too) and, as the run goes on,
 * records.jsonl (one record a line), teacher.safetensors, trained.safetensors, pruned.safetensors,
 * refined.safetensors (engines that sample), final.safetensors and result.json. The folder, and every file in it but
 * records.jsonl, appears whole or not at all, so that a run killed at any moment goes on with {@link resumeRunFolder}. It
 * is claimed until it is closed. What is to be said of the run besides goes to about.json, which may be edited; its git state also stands
 * in result.json. Throws {@link RunFolderError} when the folder exists or cannot be written, and for a bad tag.
 */
export async function createRunFolder(
  path: string,
  start: Snapshot,
  modules: ModuleTexts = {},
  about: About = {},
): Promise<RunFolder> {
  const description = Object.keys(about).length > 0 ? encodeAbout(about) : undefined;
  await makeFolder(path, async (folder) => {
    await writeWhole(join(folder, fileNames.config), json(start.config));
    if (description) await writeWhole(join(folder, fileNames.about), description);
    const { teacher } = start;
    if (teacher) await writeWhole(join(folder, fileNames.model('teacher')), teacher);
    await writeModules(folder, modules);
    await writeCheckpoint(folder, { snapshot: start, recordBytes: 0 });
  });
  return claimed(path, (claim) => openAt(path, undefined, claim));
}

/**
 * The folder of a run that was stopped, the snapshot to restore, which is that of its last checkpoint, the gate and expert of the
 * user's own that the folder keeps the code of, and what was said of the run. Records after the checkpoint are dropped, since the
 * restored experiment gives them again. The folder is claimed until it is closed. Throws {@link RunFolderError} for a complete run,
 * one that another process has claimed, and what is no run's folder, `FormatError` for a damaged one.
 */
export async function resumeRunFolder(
  path: string,
): Promise<{ folder: RunFolder; snapshot: Snapshot; own: OwnParts; about: About }> {
  await requireIncomplete(path);
  return claimed(path, async (claim) => {
    // Whoever had claimed it may have ended it meanwhile.
    const about = await requireIncomplete(path);
    const checkpoint = await readIfThere(join(path, fileNames.checkpoint));
    if (checkpoint === undefined) {
      throw new RunFolderError(`holds no ${fileNames.checkpoint} to go on from`, {
        field: 'run',
        value: path,
        remedy: `Run its ${fileNames.config} again into another folder.`,
      });
    }
    const decoded = decodeCheckpoint(checkpoint, join(path, fileNames.checkpoint));
    const { snapshot } = decoded;
    const own = await requiredParts(path, snapshot.config);
    return { folder: await openAt(path, decoded, claim), snapshot, own, about };
  });
}

async function requireIncomplete(path: string): Promise<About> {
  const { result, config, about } = await readRun(path);
  if (!result) {
    // It goes on with the config that it began with: a change of config.json would be passed over in silence.
    const file = join(path, fileNames.config);
    const written = parseConfig(parseStrictJson((await readIfThere(file)) ?? '', file));
    requireSameConfig(path, fileNames.config, config, written);
    return about;
  }
  await rm(join(path, fileNames.checkpoint), { force: true });
  throw alreadyComplete(path, fileNames.config);
}

/** Opens the folder to write, with records.jsonl begun, or cut to what a checkpoint counts. */
async function openAt(
  path: string,
  count: RecordCount | undefined,
  claim: RunClaim,
): Promise<RunFolder> {
  const records = await asWriting(path, () => openRecordFile(join(path, fileNames.records), count));
  return {
    path,
    add: (event) =>
      asWriting(path, async () => {
        switch (event.phase) {
          case 'train':
          case 'finetune':
            return records.append(`${JSON.stringify(recordLine(event))}\n`);
          case 'prune':
            await writeModel(path, 'pruned', event.model);
            return;
          case 'done':
            await records.sync();
            await writeResult(path, event.result, { [fileNames.records]: records.written() });
            return rm(join(path, fileNames.checkpoint), { force: true });
        }
      }),
    checkpoint: (snapshot) =>
      asWriting(path, async () => {
        await records.sync();
        const { bytes: recordBytes, sha256: recordSha256 } = records.written();
        await writeCheckpoint(path, { snapshot, recordBytes, recordSha256 });
      }),
    close: () => records.close().finally(() => claim.release()),
  };
}

function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  return writeWhole(join(path, fileNames.checkpoint), encodeCheckpoint(checkpoint));
}

/** The models, and last the result with the size and digest of all that the run wrote before it, and its own. */
async function writeResult(
  path: string,
  result: ExperimentResult,
  records: WrittenFiles,
): Promise<void> {
  const files: Record<string, Written> = { ...records };
  for (const [name, model] of Object.entries(result.models)) {
    files[fileNames.model(name)] = await writeModel(path, name, model);
  }
  const { git } = await readAbout(path);
  const whole = { ...summaryOf(result), ...(git && { git }), files };
  await writeWhole(join(path, fileNames.result), json(seal(whole)));
}

async function writeModel(path: string, name: string, model: MoE): Promise<Written> {
  const bytes = saveMoE(model);
  await writeWhole(join(path, fileNames.model(name)), bytes);
  return writtenOf(bytes);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

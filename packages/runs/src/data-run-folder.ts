import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { type DataConfig, type DataResult, type DataRun, dataResultFormat } from '@softmoe/lab';
import { FormatError, loadMoE, saveMoE } from '@softmoe/model';
import { parseStrictJson, readFormat } from '@softmoe/model/checks';
import { isSealed, seal, writeWhole } from '@softmoe/tasks/files';
import { type About, encodeAbout, readAbout } from './about.ts';
import type { ModuleTexts } from './experiment-module.ts';
import { DATA_CONFIG, folderKind } from './folder-kind.ts';
import { keptParts, writeModules } from './own-module.ts';
import {
  type RunFiles,
  readIfThere,
  readRunFile,
  type WrittenFiles,
  writtenOf,
} from './read-file.ts';
import { fileNames, RUN_AGAIN, RunFolderError } from './run-files.ts';
import { makeFolder } from './run-folder.ts';

const MODEL = fileNames.model('final');

/** What is known of a run on a table from its folder, beside its model. */
export interface KeptDataRun extends RunFiles {
  readonly result: DataResult;
  readonly config: DataConfig;
  readonly about: About;
  /** When the run wrote its result. */
  readonly changed: Date;
}

/**
 * Makes a new folder of a run on a table, whole or not at all: data.json, its config with the digest of the table's file; result.json
 * with the standardisation; final.safetensors; about.json where there is something to say of it; and gate.mjs and expert.mjs where these are of the
 * user's own, from `modules`. The table itself is not copied.
 * Throws {@link RunFolderError} where the folder exists or cannot be written, and for tags that are none.
 */
export async function createDataRun(
  path: string,
  { model, result }: DataRun,
  modules: ModuleTexts = {},
  about: About = {},
): Promise<void> {
  const described = encodeAbout(about);
  await makeFolder(path, async (folder) => {
    const bytes = saveMoE(model);
    const sealed = seal({ ...result, files: { [MODEL]: writtenOf(bytes) } });
    if (Object.keys(about).length > 0) await writeWhole(join(folder, fileNames.about), described);
    await writeWhole(join(folder, DATA_CONFIG), json(configIn(path, result)));
    await writeWhole(join(folder, MODEL), bytes);
    await writeModules(folder, modules);
    await writeWhole(join(folder, fileNames.result), json(sealed));
  });
}

/**
 * What the folder of a run on a table holds. Code of a gate or an expert that it keeps is run. Throws {@link RunFolderError} for another folder, and {@link FormatError} where a file was
 * changed since the run wrote it.
 */
export async function readDataRun(path: string): Promise<DataRun> {
  const run = await readDataResult(path);
  const bytes = await readRunFile(run, MODEL);
  if (!bytes) throw changed(join(path, MODEL));
  const own = await keptParts(path, run.config);
  return { model: loadMoE(bytes, undefined, own), result: run.result };
}

/** What the folder of a run on a table holds, but for its model. Throws what {@link readDataRun} throws. */
export async function readDataResult(path: string): Promise<KeptDataRun> {
  if ((await folderKind(path)) !== 'data') {
    throw new RunFolderError('is not the folder of a run on data', {
      field: 'run',
      value: path,
      remedy: `Give the folder that softmoe run --data … --out made: it has a ${DATA_CONFIG} and a ${fileNames.result}.`,
    });
  }
  const file = join(path, fileNames.result);
  const text = await readIfThere(file);
  if (text === undefined) throw changed(file);
  const written = parseStrictJson(text, file);
  if (!isSealed(written)) throw changed(file);
  const result = readFormat(written, dataResultFormat, { file, remedy: RUN_AGAIN });
  const { files } = written as { readonly files?: WrittenFiles };
  return {
    path,
    result,
    config: result.config,
    about: await readAbout(path),
    changed: (await stat(file)).mtime,
    ...(files ? { files } : {}),
  };
}

/** The config of a run with the path of its table from where the config is. */
function configIn(path: string, { config }: DataRun['result']): DataConfig {
  const { file } = config.data;
  const from = isAbsolute(file) ? file : relative(path, file);
  return { ...config, data: { ...config.data, file: from } };
}

function changed(file: string): FormatError {
  return new FormatError('was changed since the run wrote it, or is not there', {
    field: 'file',
    value: file,
    remedy: 'Run its data.json again into another folder.',
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

import { rm } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { type DataConfig, type DataRun, type FitJournal, parseDataConfig } from '@softmoe/lab';
import { type OwnParts, saveMoE } from '@softmoe/model';
import { parseStrictJson } from '@softmoe/model/checks';
import { seal, writeWhole } from '@softmoe/tasks/files';
import { type About, encodeAbout } from './about.ts';
import type { ModuleTexts } from './experiment-module.ts';
import { asWriting } from './file-errors.ts';
import { encodeFitHeader, type FitJournalContent, openFitJournal } from './fit-journal-file.ts';
import { DATA_CONFIG } from './folder-kind.ts';
import { makeFolder } from './make-folder.ts';
import { requiredParts, writeModules } from './own-module.ts';
import { MODEL_FILE, readDataFolder, readFits } from './read-data-run.ts';
import { readIfThere, writtenOf } from './read-file.ts';
import { requireSameConfig } from './read-run.ts';
import { claimed, type RunClaim } from './run-claim.ts';
import { alreadyComplete, fileNames, type RunFolderError } from './run-files.ts';

/** The folder of a run on a table that goes on. Once it is complete nothing in it is changed again. */
export interface DataRunFolder {
  readonly path: string;
  /** Keeps fits as they end: what the run goes on from after Ctrl-C, a crash or a loss of power. */
  readonly journal: FitJournal;
  /** Writes what the run ended at. */
  end(run: DataRun): Promise<void>;
  /** Leaves the folder to whoever goes on with it. */
  close(): Promise<void>;
}

/**
 * Makes a new folder for a run on a table, with data.json, its config with the digest of the table's file; about.json where there is
 * something to say of it; gate.mjs and expert.mjs where these are of the user's own, from `modules`; and fits.jsonl, which grows by a
 * line a fit until the run ends with result.json, which has the standardisation, and final.safetensors. The table itself is not copied.
 * The folder is claimed until it is closed. Throws {@link RunFolderError} where it exists or cannot be written, and for tags that are none.
 */
export async function createDataRun(
  path: string,
  config: DataConfig,
  modules: ModuleTexts = {},
  about: About = {},
): Promise<DataRunFolder> {
  const described = encodeAbout(about);
  const header = encodeFitHeader(config);
  await makeFolder(path, async (folder) => {
    if (Object.keys(about).length > 0) await writeWhole(join(folder, fileNames.about), described);
    await writeWhole(join(folder, DATA_CONFIG), json(configIn(path, config)));
    await writeModules(folder, modules);
    await writeWhole(join(folder, fileNames.fits), header);
  });
  const bytes = Buffer.byteLength(header);
  return claimed(path, (claim) => openAt(path, { config, fits: [], bytes }, claim));
}

/** A run on a table that was stopped, to go on with. */
export interface ResumedDataRun {
  readonly folder: DataRunFolder;
  readonly config: DataConfig;
  /** The path of the table, from where this process works. */
  readonly file: string;
  /** The gate and the expert of the user's own, of which the folder keeps the code. */
  readonly own: OwnParts;
  /** How many fits have ended. */
  readonly fits: number;
}

/**
 * Opens the folder of a run on a table that was stopped, and claims it until it is closed. Throws {@link RunFolderError} for a complete run,
 * one that another process has claimed, a data.json that was changed but for the path of the table, and another folder, `FormatError` for a damaged one.
 */
export async function resumeDataRun(path: string): Promise<ResumedDataRun> {
  await requireIncomplete(path);
  return claimed(path, async (claim) => {
    // Whoever had claimed it may have ended it meanwhile.
    const content = await requireIncomplete(path);
    const { config, fits } = content;
    const name = join(path, DATA_CONFIG);
    const written = parseDataConfig(parseStrictJson((await readIfThere(name)) ?? '', name));
    const { file } = written.data;
    const asGiven = { ...written, data: { ...written.data, file: config.data.file } };
    requireSameConfig(path, DATA_CONFIG, config, asGiven);
    const own = await requiredParts(path, config);
    return {
      folder: await openAt(path, content, claim),
      config,
      file: isAbsolute(file) ? file : join(path, file),
      own,
      fits: fits.length,
    };
  });
}

async function requireIncomplete(path: string): Promise<FitJournalContent> {
  const fits = await readFits(path);
  const { result } = await readDataFolder(path);
  if (fits && !result) return fits();
  await rm(join(path, fileNames.fits), { force: true });
  throw alreadyComplete(path, DATA_CONFIG);
}

async function openAt(
  path: string,
  content: FitJournalContent,
  claim: RunClaim,
): Promise<DataRunFolder> {
  const fits = join(path, fileNames.fits);
  const { next, keep, close } = await asWriting(path, () => openFitJournal(fits, content));
  return {
    path,
    journal: { next, keep: (fit) => asWriting(path, async () => keep(fit)) },
    end: ({ model, result }) =>
      asWriting(path, async () => {
        const bytes = saveMoE(model);
        await writeWhole(join(path, MODEL_FILE), bytes);
        const sealed = seal({ ...result, files: { [MODEL_FILE]: writtenOf(bytes) } });
        await writeWhole(join(path, fileNames.result), json(sealed));
        await rm(fits, { force: true });
      }),
    close: () => close().finally(() => claim.release()),
  };
}

/** The config of a run with the path of its table from where the config is. */
function configIn(path: string, config: DataConfig): DataConfig {
  const { file } = config.data;
  const from = isAbsolute(file) ? file : relative(path, file);
  return { ...config, data: { ...config.data, file: from } };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

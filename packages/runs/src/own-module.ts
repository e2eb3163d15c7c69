import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Config, ConfigError, type ConfigInput, configWithParts } from '@softmoe/lab';
import { FormatError, type OwnParts } from '@softmoe/model';
import { decodeText } from '@softmoe/model/checks';
import { ignoreMissing, sha256, writeWhole } from '@softmoe/tasks/files';
import {
  loadModule,
  loadPinned,
  type ModuleTexts,
  modulesBy,
  namedIn,
  type OwnModules,
  PARTS,
  type PartField,
  partsIn,
} from './experiment-module.ts';
import { asReading } from './file-errors.ts';
import { fileNames, RunFolderError } from './run-files.ts';

/** A config, the gate and expert of the user's own that its modules export, and the texts of these. */
export interface ConfigWithModules {
  readonly config: ConfigInput;
  readonly own: OwnParts;
  readonly modules: ModuleTexts;
}

/**
 * `input` with what the modules that its gate and expert name export. They are looked for from `folder`, or from what it gives for
 * each; where a digest is pinned and the folder keeps a module of that digest, as that of a run does, that is the module. Throws
 * {@link ConfigError} for one that cannot be read, has another digest than the one pinned, or exports what is no gate or expert.
 */
export async function readConfigModules(
  input: ConfigInput,
  folder: string | ((field: PartField) => string),
): Promise<ConfigWithModules> {
  const loaded = await modulesBy(async (field) => {
    const { module, sha256: digest } = namedIn(input[field]);
    if (module === undefined && digest === undefined) return undefined;
    const from = typeof folder === 'string' ? folder : folder(field);
    const kept = await keptText(from, field, digest);
    return loadPinned(kept ?? (await readText(module, field, from)), String(module), field, digest);
  });
  return withModules(input, loaded);
}

/** `input` with modules that were loaded in the places where it names them. */
export function withModules(input: ConfigInput, loaded: OwnModules): ConfigWithModules {
  const pinned: Record<string, unknown> = { ...input };
  const modules: { -readonly [Field in PartField]?: string } = {};
  for (const field of PARTS) {
    const found = loaded[field];
    if (!found) continue;
    const { module } = namedIn(input[field]);
    const named = module === undefined ? {} : { module };
    pinned[field] = { ...named, sha256: found.sha256, name: found.part.name };
    modules[field] = found.text;
  }
  return { ...configWithParts(pinned as ConfigInput, partsIn(loaded)), modules };
}

/** Keeps the modules of a gate and an expert of the user's own in the folder of a run. */
export async function writeModules(folder: string, modules: ModuleTexts): Promise<void> {
  for (const field of PARTS) {
    const text = modules[field];
    if (text !== undefined) await writeWhole(join(folder, fileNames.module(field)), text);
  }
}

/** The gate and the expert of the user's own of a run, from the modules that its folder keeps; none where it keeps none. */
export async function keptParts(
  folder: string,
  config: Pick<Config, PartField>,
): Promise<OwnParts> {
  const kept = await modulesBy(async (field) => {
    const { module, sha256: digest } = namedIn(config[field]);
    const text = await keptText(folder, field, digest);
    return text === undefined ? undefined : loadModule(text, String(module), `${field}.module`);
  });
  return partsIn(kept);
}

/**
 * The gate and the expert of the user's own of a run that goes on, from the modules that its folder keeps. Throws {@link RunFolderError}
 * where one that the config names is not there, or was changed.
 */
export async function requiredParts(
  folder: string,
  config: Pick<Config, PartField>,
): Promise<OwnParts> {
  const own = await keptParts(folder, config);
  for (const field of PARTS) {
    if (namedIn(config[field]).sha256 === undefined || own[field]) continue;
    throw new RunFolderError('is not there, or was changed since the run began', {
      field,
      value: join(folder, fileNames.module(field)),
      remedy: 'Put an unchanged copy in its place.',
    });
  }
  return own;
}

/** The text of the module that the folder of a run keeps, if it is the one of that digest. */
async function keptText(
  folder: string,
  field: PartField,
  digest: unknown,
): Promise<string | undefined> {
  if (digest === undefined) return undefined;
  const file = join(folder, fileNames.module(field));
  const bytes = await asReading(file, () => readFile(file).catch(ignoreMissing));
  return bytes && sha256(bytes) === digest ? decodeText(bytes, fileNames.module(field)) : undefined;
}

async function readText(module: unknown, field: PartField, folder: string): Promise<string> {
  if (typeof module !== 'string' || module === '') {
    throw new ConfigError('must name a file', {
      field: `${field}.module`,
      value: module,
      remedy: `Give the path of a module that exports the ${field} by default, such as ./mine.mjs.`,
    });
  }
  return readModuleFile(resolve(folder, module), module, `${field}.module`);
}

/** The text of a file of code. Throws {@link ConfigError} about `field` for one that cannot be read. */
export async function readModuleFile(path: string, name: string, field: string): Promise<string> {
  try {
    return decodeText(await readFile(path), name);
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    const remedy = `Give the path of a module (${(cause as Error).message}).`;
    throw new ConfigError('cannot be read', { field, value: name, remedy }, { cause });
  }
}

/** The gate and the expert in files of code, for models that only name them. */
export async function readParts(
  files: { readonly [Field in PartField]?: string | undefined },
): Promise<OwnParts> {
  const loaded = await modulesBy(async (field) => {
    const file = files[field];
    if (file === undefined) return undefined;
    return loadModule(await readModuleFile(file, file, field), file, field);
  });
  return partsIn(loaded);
}

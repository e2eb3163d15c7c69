import { resolve } from 'node:path';
import type { ConfigInput } from '@softmoe/lab';
import { decodeText } from '@softmoe/model/checks';
import {
  loadModule,
  namedIn,
  type OwnModule,
  type OwnModules,
  PARTS,
} from '../experiment-module.ts';
import { type ConfigWithModules, readModuleFile, withModules } from '../own-module.ts';
import { keptFiles, textsAt } from './own-files.ts';

/** The modules of gates and experts that a sweep names, loaded, by the names that it has for them. */
export type SweepModules = ReadonlyMap<string, OwnModule>;

/** The modules that a definition names, looked for from `folder`. Throws `ConfigError` for one that cannot be read or loaded. */
export async function readModules(definition: unknown, folder: string): Promise<SweepModules> {
  const modules = new Map<string, OwnModule>();
  for (const part of PARTS) {
    const field = `${part}.module`;
    for (const name of textsAt(definition, part, 'module')) {
      const text = await readModuleFile(resolve(folder, name), name, field);
      modules.set(name, await loadModule(text, name, field));
    }
  }
  return modules;
}

/** The modules that the folder of a sweep keeps. Throws `SweepError` where one is missing or was changed. */
export async function keptModules(path: string, definition: unknown): Promise<SweepModules> {
  const modules = new Map<string, OwnModule>();
  for (const [name, bytes] of await keptFiles(path, 'modules', definition)) {
    modules.set(name, await loadModule(decodeText(bytes, name), name, `modules.${name}`));
  }
  return modules;
}

/** The fields of a run with the modules that they name. */
export function withSweepModules(fields: ConfigInput, modules: SweepModules): ConfigWithModules {
  const named = PARTS.map((field) => [field, modules.get(String(namedIn(fields[field]).module))]);
  return withModules(fields, Object.fromEntries(named) as OwnModules);
}

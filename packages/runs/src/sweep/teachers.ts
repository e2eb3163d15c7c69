import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  ConfigError,
  type ConfigInput,
  configWithTeacher,
  presetAround,
  presets,
} from '@softmoe/lab';
import { decodeTeacher } from '@softmoe/lab/files';
import type { MoE } from '@softmoe/model';
import type { ModuleTexts } from '../experiment-module.ts';
import type { SweepDefinition } from './definition.ts';
import { type SweepModules, withSweepModules } from './modules.ts';
import { textsAt } from './own-files.ts';

/** The files of teachers that a sweep names, by the names that it has for them. */
export type TeacherFiles = ReadonlyMap<string, Uint8Array>;

/** The files of teachers that a definition names, looked for from `folder`. Throws `ConfigError` for one that cannot be read. */
export async function readTeacherFiles(definition: unknown, folder: string): Promise<TeacherFiles> {
  const files = new Map<string, Uint8Array>();
  for (const name of textsAt(definition, 'teacher', 'file')) {
    try {
      files.set(name, await readFile(resolve(folder, name)));
    } catch (cause) {
      const remedy = `Give a path from where the sweep is (${(cause as Error).message}).`;
      throw new ConfigError(
        'cannot be read',
        { field: 'teacher.file', value: name, remedy },
        { cause },
      );
    }
  }
  return files;
}

/**
 * The fields of a run that `fieldsOn` makes of what its runs share, completed by the modules and the teacher that they name; of a
 * preset they share how to train. Without a file of that name they stay as they are.
 */
export function withTeacherOf(
  base: SweepDefinition['base'],
  fieldsOn: (shared: object) => ConfigInput,
  files: TeacherFiles,
  modules: SweepModules,
): { readonly fields: ConfigInput; readonly texts: ModuleTexts; readonly teacher?: MoE } {
  const withParts = (shared: object) => withSweepModules(fieldsOn(shared), modules);
  const {
    config: fields,
    own: parts,
    modules: texts,
  } = withParts(typeof base === 'string' ? presets[base].config : base);
  const name: unknown = Object(fields.teacher).file;
  const bytes = typeof name === 'string' ? files.get(name) : undefined;
  if (typeof name !== 'string' || bytes === undefined) return { fields, texts };
  const { teacher } = decodeTeacher(bytes, name, fields, parts);
  const own =
    typeof base === 'string' ? withParts(presetAround(base, teacher.spec.experts)).config : fields;
  return { fields: configWithTeacher(teacher, own), texts, teacher };
}

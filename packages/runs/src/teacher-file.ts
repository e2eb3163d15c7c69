import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError, type ConfigInput, configWithTeacher } from '@softmoe/lab';
import { decodeTeacher, type TeacherFile } from '@softmoe/lab/files';
import { loadMoE, type OwnParts } from '@softmoe/model';
import { ignoreMissing, sha256 } from '@softmoe/tasks/files';
import { fileNames } from './run-files.ts';

/** A config with the teacher that it names, if it names one. */
export interface ConfigWithTeacher extends Partial<TeacherFile> {
  readonly config: ConfigInput;
}

/**
 * `input` with what the teacher that it names in `teacher.file` determines, and that teacher; as it is where it names none. The file is
 * looked for from `folder`, its gate and expert are those in `own` where they are the user's; where the digest is pinned and a
 * teacher.safetensors of that digest is there, as in the folder of a run, that is the teacher. Throws {@link ConfigError} for a file
 * that cannot be read, another digest than the one pinned and fields that the teacher has otherwise, and what {@link decodeTeacher}
 * throws.
 */
export async function readConfigTeacher(
  input: ConfigInput,
  folder: string,
  own: OwnParts = {},
): Promise<ConfigWithTeacher> {
  const { teacher: named } = input;
  // What is no object is for the schema to refuse.
  if (typeof named !== 'object' || named === null) return { config: input };
  const read =
    (await keptTeacher(named.sha256, folder, own)) ??
    (await readTeacher(named.file, input, folder, own));
  return { config: configWithTeacher(read.teacher, input), ...read };
}

/** The teacher that a run kept in its folder, if it is the one of that digest. */
async function keptTeacher(
  digest: unknown,
  folder: string,
  own: OwnParts,
): Promise<TeacherFile | undefined> {
  if (digest === undefined) return undefined;
  const bytes = await readFile(join(folder, fileNames.model('teacher'))).catch(ignoreMissing);
  if (!bytes || sha256(bytes) !== digest) return undefined;
  return { teacher: loadMoE(bytes, undefined, own), warnings: [], bare: false };
}

const FORMATS = '.safetensors, .npz or .json';

/**
 * The teacher in a file, by default looked for from the working directory. Bare arrays are of units with the routing, gate and expert
 * of `input`. Throws {@link ConfigError} where there is none to read, and what {@link decodeTeacher} throws.
 */
export async function readTeacher(
  file: unknown,
  input: ConfigInput = {},
  folder: string = '.',
  own: OwnParts = {},
): Promise<TeacherFile> {
  if (typeof file !== 'string' || file === '') {
    throw new ConfigError('must name a file', {
      field: 'teacher.file',
      value: file,
      remedy: `Give the path of a ${FORMATS} file.`,
    });
  }
  const path = resolve(folder, file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const remedy = `Give the path of a ${FORMATS} file (${(cause as Error).message}).`;
    throw new ConfigError(
      'cannot be read',
      { field: 'teacher.file', value: file, remedy },
      { cause },
    );
  }
  return decodeTeacher(bytes, file, input, own);
}

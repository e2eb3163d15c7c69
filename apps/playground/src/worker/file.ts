import {
  type Config,
  type ConfigInput,
  configWithTeacher,
  describedBy,
  gateFields,
  parseConfig,
} from '@softmoe/lab';
import { type MoE, UnsupportedError } from '@softmoe/model';
import { decodeText, parseStrictJson } from '@softmoe/model/checks';
import type { Source } from '../protocol.ts';
import { type Change, changed, unpinned } from '../session/draft.ts';
import { configFrom, ImportError, ownPart, type Start } from './source.ts';

const REMEDY =
  'Choose a config.json, a result.json or a model.safetensors of softmoe, or arrays of a teacher: .npz or .json.';

/** No config is as long as this, and no model that a page can train is larger. */
const MAX_CONFIG_BYTES = 1 << 20;
const MAX_MODEL_BYTES = 1 << 28;

/** What a run of a file starts from, checked. Throws a typed error with a remedy for anything wrong. */
export async function readFile(source: Extract<Source, { kind: 'file' }>): Promise<Start> {
  const { name, bytes, as } = source;
  if (bytes.length === 0) {
    throw new ImportError('is empty', { field: name, value: bytes.length, remedy: REMEDY });
  }
  requireSize(name, bytes, MAX_MODEL_BYTES);
  // What reads files is no part of what a visit without one loads.
  const { decodeTeacher, holdsTensors } = await import('@softmoe/lab/files');
  if (!holdsTensors(bytes)) {
    const value = objectIn(name, bytes);
    if (!holdsArrays(value)) {
      requireSize(name, bytes, MAX_CONFIG_BYTES);
      return { config: configFrom(configOf(name, value)) };
    }
  }
  const base = parseConfig(source.config ?? {});
  const read = builtIn(() => decodeTeacher(bytes, name, base as ConfigInput));
  const { teacher: model, warnings, bare } = read;
  const start =
    (as ?? (bare ? 'teacher' : 'student')) === 'teacher'
      ? withTeacher(model, base, bare)
      : withStudent(model, base);
  return { ...start, warnings, bare };
}

/** Whether an object in JSON holds arrays, of which two have names that no field of a config has. */
function holdsArrays(value: object): boolean {
  return Object.hasOwn(value, 'router') || Object.hasOwn(value, 'amplitude');
}

/** What `read` gives; a model with parts of the user's own is told to have such. */
function builtIn<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnsupportedError) || error.field?.startsWith('spec.') !== true) {
      throw error;
    }
    throw ownPart(error.field, error.value);
  }
}

function withStudent(student: MoE, base: Config): Start {
  const { inputDim, experts: students, expert, routing } = student.spec;
  const spec = { inputDim, students, expert, routing, ...gateFields(student.spec) } as Change;
  return { config: parseConfig(changed(unpinned(base), spec)), student };
}

/** `base` with a teacher in it. Where it pins one, that is from the same file: only of the units of bare arrays it may say otherwise. */
function withTeacher(teacher: MoE, base: Config, bare: boolean): Start {
  const completed = (input: unknown) =>
    parseConfig(configWithTeacher(teacher, input as ConfigInput));
  const { teacher: pinned, ...unnamed } = base;
  if (pinned) return { config: completed(bare ? unnamed : base), teacher };
  const { inputDim, experts: teachers, expert, routing } = teacher.spec;
  const students = Math.max(base.students, teachers);
  const gate = gateFields(teacher.spec);
  const spec = { inputDim, students, teachers, expert, routing, ...gate } as Change;
  const { geometry: _, amplitudeSpread: __, ...rest } = changed(base, spec) as Partial<Config>;
  return { config: completed(rest), teacher };
}

/** The object in a file of JSON. */
function objectIn(name: string, bytes: Uint8Array): object {
  const text = decodeText(bytes, name);
  if (text.trimStart().startsWith('{')) return parseStrictJson(text, name) as object;
  const value = `${bytes.length} bytes`;
  throw new ImportError('is no config and no model', { field: name, value, remedy: REMEDY });
}

/** The config in a file, which may be that of a result; unchecked. */
function configOf(name: string, value: object): unknown {
  switch (describedBy(value)) {
    case 'result':
      return (value as { readonly config?: unknown }).config;
    case 'sweep': {
      const remedy =
        'Do its runs with softmoe sweep on a command line, or choose the config of one.';
      throw new ImportError('is a sweep, of many runs', { field: name, value: 'sweep', remedy });
    }
    default:
      return value;
  }
}

function requireSize(name: string, bytes: Uint8Array, most: number): void {
  if (bytes.length <= most) return;
  throw new ImportError(`must be of at most ${most} bytes`, {
    field: name,
    value: bytes.length,
    remedy: REMEDY,
  });
}

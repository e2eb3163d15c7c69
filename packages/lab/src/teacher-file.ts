import {
  createMoE,
  FormatError,
  loadMoE,
  type MoE,
  type MoESpec,
  type NDArray,
  type OwnParts,
  type Params,
  ShapeError,
  UnknownNameError,
  ValueError,
} from '@softmoe/model';
import {
  decodeTensors,
  decodeText,
  hasOwnGates,
  parseStrictJson,
  withUnitRows,
} from '@softmoe/model/checks';
import { norm, row } from '@softmoe/model/linalg';
import { type Arrays, arraysOfJson, decodeNpz, isNpy, isNpz } from './array-file.ts';
import { parseConfig } from './config.ts';
import type { ConfigInput } from './config-schema.ts';
import { unitsOf } from './own-parts.ts';
import { atNormOf } from './own-teacher.ts';
import type { Warning } from './result-schema.ts';

/** A teacher of the user's own, as its file has it. */
export interface TeacherFile {
  readonly teacher: MoE;
  /** What was done to its rows. */
  readonly warnings: readonly Warning[];
  /** Whether the file holds bare arrays, which do not say of what gate, expert and routing they are: those are the config's. */
  readonly bare: boolean;
}

/**
 * The teacher that the bytes of a file are: a model as `saveMoE` writes it, or arrays named router [k, d], expert [k, d], amplitude
 * [k] and, where units share their gates, routerBias [k], in an .npz, a .json or a safetensors file, of units with the routing, gate and
 * expert of `input`. Rows of bare arrays are normalised, which is told, but for routers where `input` says that they are free to have
 * any length; those of a model get the length that its gate has then. Throws {@link FormatError} for anything else or what is
 * damaged, {@link ShapeError}, {@link ValueError} and {@link UnknownNameError} for arrays that make no teacher, by name.
 */
export function decodeTeacher(
  bytes: Uint8Array,
  file: string,
  input: ConfigInput = {},
  own: OwnParts = {},
): TeacherFile {
  const { teacher, ...read } = decode(bytes, file, input, own);
  return { teacher: atNormOf(input, teacher), ...read };
}

function decode(bytes: Uint8Array, file: string, input: ConfigInput, own: OwnParts): TeacherFile {
  if (isNpz(bytes)) return ofArrays(decodeNpz(bytes, file), file, input, own);
  if (isNpy(bytes)) {
    throw new FormatError('holds a single array, and a teacher has three', {
      field: 'teacher.file',
      value: file,
      remedy: 'Write them together: numpy.savez(file, router=…, expert=…, amplitude=…).',
    });
  }
  if (isSafetensors(bytes)) {
    const { tensors, metadata } = decodeTensors(bytes);
    return 'softmoe.spec' in metadata ? ofModel(bytes, own) : ofArrays(tensors, file, input, own);
  }
  const text = decodeText(bytes, file);
  if (text.trimStart().startsWith('{')) {
    return ofArrays(arraysOfJson(parseStrictJson(text, file) as object, file), file, input, own);
  }
  throw new FormatError('is neither a model nor arrays', {
    field: 'teacher.file',
    value: file,
    remedy: 'Give a .safetensors, .npz or .json file.',
  });
}

/** Whether a file begins as one of tensors does, a model or arrays, and not as text. */
export function holdsTensors(bytes: Uint8Array): boolean {
  return isNpz(bytes) || isNpy(bytes) || isSafetensors(bytes);
}

/** A safetensors file begins with the length of its header in eight bytes, the last two of which are 0, as in no text. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[6] === 0 && bytes[7] === 0;
}

function ofModel(bytes: Uint8Array, own: OwnParts): TeacherFile {
  const warnings: Warning[] = [];
  const teacher = loadMoE(bytes, (normalised) => warnings.push(normalised), own);
  return { teacher, warnings, bare: false };
}

function ofArrays(arrays: Arrays, file: string, input: ConfigInput, own: OwnParts): TeacherFile {
  const units = unitsOf(kindIn(input), own);
  const shared = !hasOwnGates(units.routing);
  const names = ['router', 'expert', 'amplitude', ...(shared ? ['routerBias'] : [])];
  requireNames(arrays, names, file);
  const [experts = 0, inputDim = 0] = arrays.router?.shape ?? [];
  const sizes = { router: [experts, inputDim], expert: [experts, inputDim] };
  for (const name of names)
    requireNumbers(arrays, name, sizes[name as 'router'] ?? [experts], file);
  for (const name of shared ? ['expert'] : ['router', 'expert'])
    requireDirections(arrays, name, file);
  const spec = { inputDim, experts, ...units } as MoESpec;
  const { params, done } = withUnitRows(spec, arrays as unknown as Params, Infinity);
  return { teacher: createMoE(spec, params), warnings: done ? [done] : [], bare: true };
}

/** What a config says of its units, with the defaults that it has. */
function kindIn({ routing, gate, routerNorm, expert }: ConfigInput) {
  const given = Object.entries({ routing, gate, routerNorm, expert }).filter(
    ([, value]) => value !== undefined,
  );
  return parseConfig(Object.fromEntries(given));
}

function requireNames(arrays: Arrays, names: readonly string[], file: string): void {
  const missing = names.find((name) => !Object.hasOwn(arrays, name));
  if (missing !== undefined) {
    throw new ShapeError(`is missing in ${file}`, {
      field: `teacher.${missing}`,
      value: Object.keys(arrays),
      remedy: `Write the arrays ${names.join(', ')}.`,
    });
  }
  const unknown = Object.keys(arrays).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new UnknownNameError(`is no array of a teacher, in ${file}`, {
    field: `teacher.${unknown}`,
    value: unknown,
    remedy: `Write the arrays ${names.join(', ')} and no other.`,
  });
}

/** Throws unless the array of that name has this shape, of at least one unit and one input, and only finite numbers. */
function requireNumbers(
  arrays: Arrays,
  name: string,
  shape: readonly number[],
  file: string,
): void {
  const array = arrays[name] as NDArray;
  if (array.shape.join() !== shape.join() || array.data.length === 0) {
    const like =
      name === 'router' ? '[k, d], k and d at least 1' : `[${shape.join(', ')}], to fit the router`;
    throw new ShapeError(`must have shape ${like}, in ${file}`, {
      field: `teacher.${name}`,
      value: array.shape,
      remedy: 'Write one row for each of the k experts over d inputs, and one amplitude for each.',
    });
  }
  const at = array.data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const columns = array.data.length / (array.shape[0] ?? 1);
  const place = array.shape.length > 1 ? `${Math.floor(at / columns)}, ${at % columns}` : at;
  throw new ValueError(`must be finite, in ${file}`, {
    field: `teacher.${name}[${place}]`,
    value: array.data[at],
    remedy: 'Look for what made it before it was saved.',
  });
}

function requireDirections(arrays: Arrays, name: string, file: string): void {
  const array = arrays[name] as NDArray;
  for (let j = 0; j < (array.shape[0] ?? 0); j++) {
    if (norm(row(array, j)) > 0) continue;
    throw new ValueError(`is a row of zeros, which has no direction, in ${file}`, {
      field: `teacher.${name}[${j}]`,
      value: 0,
      remedy: 'Leave the unit out of all arrays, or give it a direction.',
    });
  }
}

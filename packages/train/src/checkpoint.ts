import { FormatError, type NDArray, type OwnParts, ValueError } from '@softmoe/model';
import {
  checkArray,
  decodeMoE,
  decodeTensors,
  encodeMoE,
  encodeTensors,
  parseStrictJson,
  requireFinite,
  requireInteger,
} from '@softmoe/model/checks';
import { parameterLayout } from '@softmoe/model/linalg';
import { requireState, type TrainState } from './state.ts';

const FORMAT_KEY = 'softmoe.state';
const PARTS_KEY = 'softmoe.state.parts';
/** 1 had a tensor for every number, and no version. */
const VERSION = '2';
/** Numbers that JSON does not have. */
const NUMBERS = new Map([-0, Infinity, -Infinity, NaN].map((x) => [nameOf(x), x]));

type Tensors = Record<string, NDArray>;

/**
 * The state as a safetensors file: the model as in its own file, and in the metadata `softmoe.state.parts` all that a state
 * has beside it as JSON, in which an array stands as `{"$tensor": name}` and lies in the file under that name, and a number
 * that JSON doesn't have as `{"$number": "-0"}`. {@link loadState} gives the same state back bit for bit. Throws a typed error
 * for what is no state, and for a memory that is no plain data.
 */
export function saveState(state: TrainState): Uint8Array<ArrayBuffer> {
  requireState('state', state);
  const { model, ...parts } = state;
  const { tensors, metadata } = decodeTensors(encodeMoE(model));
  const all: Tensors = { ...tensors };
  const json = JSON.stringify(pack(parts, 'state', all));
  return encodeTensors(all, { ...metadata, [FORMAT_KEY]: VERSION, [PARTS_KEY]: json });
}

/**
 * The state in a file that {@link saveState} wrote; a gate or expert of the user's own that it names must be given in `own`. Throws {@link FormatError} for a file of another version, for one that
 * lacks a part, and it or another typed error for any other file.
 */
export function loadState(bytes: Uint8Array, own: OwnParts = {}): TrainState {
  const { tensors, metadata } = decodeTensors(bytes);
  const version = metadata[FORMAT_KEY];
  if (version !== VERSION) {
    throw damaged(`must be ${VERSION}`, `metadata.${FORMAT_KEY}`, version ?? 'none, as in 1');
  }
  const json = metadata[PARTS_KEY];
  if (json === undefined) throw damaged('is missing', `metadata.${PARTS_KEY}`, metadata);

  const rest = new Map(Object.entries(tensors));
  const parts = unpack(parseStrictJson(json, PARTS_KEY), rest);
  const model = decodeMoE(encodeTensors(Object.fromEntries(rest), metadata), own);
  const { step, time, ...others } = parts as Omit<TrainState, 'model'>;
  const state: TrainState = { step, time, model, ...others };
  checkParts(state);
  return state;
}

/** `value` with a reference in place of every array, which goes to `tensors` under the path that leads to it. */
function pack(value: unknown, path: string, tensors: Tensors): unknown {
  if (typeof value === 'number') {
    const name = nameOf(value);
    return NUMBERS.has(name) ? { $number: name } : value;
  }
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((entry, i) => pack(entry, `${path}/${i}`, tensors));
  if (typeof value !== 'object' || value === null) throw notPlain(path, value);
  if ('data' in value && value.data instanceof Float64Array) {
    tensors[path] = value as NDArray;
    return { $tensor: path };
  }
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) throw notPlain(path, value);
  const present = Object.entries(value).filter(([, part]) => part !== undefined);
  const odd = present.find(([name]) => name.includes('/') || name.startsWith('$'));
  if (odd) throw notPlain(path, odd[0]);
  return Object.fromEntries(
    present.map(([name, part]) => [name, pack(part, `${path}/${name}`, tensors)]),
  );
}

/** What {@link pack} was given, with the arrays that it refers to taken out of `tensors`. */
function unpack(json: unknown, tensors: Map<string, NDArray>): unknown {
  if (Array.isArray(json)) return json.map((entry) => unpack(entry, tensors));
  if (typeof json !== 'object' || json === null) return json;
  if ('$number' in json) {
    const number = NUMBERS.get(String(json.$number));
    if (number === undefined) throw damaged('is no number', PARTS_KEY, json.$number);
    return number;
  }
  if ('$tensor' in json) {
    const name = String(json.$tensor);
    const array = tensors.get(name);
    if (!array) throw damaged('is missing', name, [...tensors.keys()]);
    tensors.delete(name);
    return array;
  }
  return Object.fromEntries(
    Object.entries(json).map(([name, part]) => [name, unpack(part, tensors)]),
  );
}

function nameOf(number: number): string {
  return Object.is(number, -0) ? '-0' : String(number);
}

/** Of the memory only its stepper knows what it must hold: it looks when the state is resumed. */
function checkParts(state: TrainState): void {
  requireParts('state', state, ['step', 'time', 'evaluation', 'memory']);
  const { step, time, model, evaluation, plateau } = state;
  requireParts('state/evaluation', evaluation, ['loss', 'gradient']);
  const { loss, gradient } = evaluation;
  requireInteger('state/step', step, 0);
  requireFinite('state/time', time, 0);
  requireFinite('state/evaluation/loss', loss);
  for (const { name, shape } of Object.values(parameterLayout(model.spec))) {
    const field = `state/evaluation/gradient/${name}`;
    const array = gradient[name];
    if (array === undefined) throw damaged('is missing', field, Object.keys(gradient));
    checkArray(field, array, shape);
  }
  if (plateau === undefined) return;
  requireParts('state/plateau', plateau, ['loss', 'step']);
  requireFinite('state/plateau/loss', plateau.loss);
  requireInteger('state/plateau/step', plateau.step, 0);
}

function requireParts(path: string, value: object, names: readonly string[]): void {
  const found = new Map(Object.entries(value ?? {}));
  const missing = names.find((name) => found.get(name) === undefined);
  if (missing !== undefined) throw damaged('is missing', `${path}/${missing}`, [...found.keys()]);
}

function notPlain(path: string, value: unknown): ValueError {
  return new ValueError('is no plain data that a checkpoint can hold', {
    field: path,
    value,
    remedy: 'Remember numbers, texts, float64 arrays, and lists and objects of these.',
  });
}

function damaged(problem: string, field: string, value: unknown): FormatError {
  return new FormatError(problem, {
    field,
    value,
    remedy:
      'Start again from config.json, or from the model that the run began with: this softmoe goes on from no such file.',
  });
}

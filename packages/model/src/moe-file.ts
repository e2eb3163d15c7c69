import { requireObject } from './checks/require.ts';
import { parseStrictJson } from './checks/strict-json.ts';
import { FormatError, UnsupportedError } from './errors.ts';
import { namedExpert } from './expert.ts';
import { requireFrame } from './frames/frame.ts';
import type { Expert, Gate } from './function.ts';
import { namedGate } from './gate.ts';
import { createMoE, type NormalisedRows, withUnitRows } from './moe.ts';
import { decodeTensors, encodeTensors } from './safetensors.ts';
import type { MoE, MoESpec, Params } from './spec.ts';

const VERSION_KEY = 'softmoe.version';
const SPEC_KEY = 'softmoe.spec';
const VERSION = '1';

/** A gate and an expert of the user's own, which files only name. */
export interface OwnParts {
  readonly gate?: Gate | undefined;
  readonly expert?: Expert | undefined;
}

/**
 * A safetensors file of a model: parameters as float64 tensors under their own names, the spec as JSON in the metadata
 * `softmoe.spec`. {@link loadMoE} gives the same model back, bit for bit; a gate or expert of the user's own is only named, as
 * `{"own": name}`. Throws what {@link createMoE} throws, {@link UnsupportedError} for routing of the user's own, and
 * {@link ShapeError} for a model in the coordinates of a frame: without its basis they mean nothing.
 */
export function saveMoE(model: MoE): Uint8Array<ArrayBuffer> {
  const bytes = encodeMoE(model);
  requireFrame('model', model.spec);
  return bytes;
}

/**
 * The model in a file written by {@link saveMoE}, or by another program with the same names and metadata. Rows that are unit
 * vectors only to the precision of a dtype such as F32 are normalised where `onNormalised` is given, which is then told; without
 * it such a file is refused. A gate or expert of the user's own that it names must be given in `own`. Throws {@link FormatError} for
 * any other file, what {@link createMoE} throws for a spec or parameters that make no model, {@link UnsupportedError} for a part of the
 * user's own that is not given, and {@link ShapeError} for one in the coordinates of a frame.
 */
export function loadMoE(
  bytes: Uint8Array,
  onNormalised?: (normalised: NormalisedRows) => void,
  own: OwnParts = {},
): MoE {
  const { spec, params } = readFile(bytes, own);
  const unit = onNormalised && withUnitRows(spec, params);
  const model = createMoE(spec, unit?.params ?? params);
  requireFrame('file', model.spec);
  if (unit?.done) onNormalised?.(unit.done);
  return model;
}

/**
 * A safetensors file of a model, as {@link saveMoE} writes it, of one in the coordinates of a frame too: for files from which
 * a computation goes on. Throws what saveMoE throws but for its coordinates.
 */
export function encodeMoE(model: MoE): Uint8Array<ArrayBuffer> {
  requireObject('model', model, ['spec', 'params']);
  const { spec, params } = createMoE(model.spec, model.params);
  requireNames(spec);
  return encodeTensors(params, { [VERSION_KEY]: VERSION, [SPEC_KEY]: specToJson(spec) });
}

/** The model in a file written by {@link encodeMoE}. Throws what {@link loadMoE} throws but for its coordinates. */
export function decodeMoE(bytes: Uint8Array, own: OwnParts = {}): MoE {
  const { spec, params } = readFile(bytes, own);
  return createMoE(spec, params);
}

/** What stands in the file of a model: nothing of it is checked but that it is one. */
function readFile(bytes: Uint8Array, own: OwnParts): MoE {
  const { tensors, metadata } = decodeTensors(bytes);
  const version = metadata[VERSION_KEY];
  const spec = metadata[SPEC_KEY];
  if (version !== VERSION || spec === undefined) {
    throw new FormatError(`must be ${VERSION}, with the model's spec beside it`, {
      field: `metadata.${VERSION_KEY}`,
      value: version,
      remedy: 'Load a file that saveMoE wrote, with a softmoe at least as new as its writer.',
    });
  }
  return {
    spec: withOwnParts(parseStrictJson(spec, `metadata.${SPEC_KEY}`) as MoESpec, own),
    params: tensors as unknown as Params,
  };
}

/** Throws {@link UnsupportedError} for routing that is an object of functions: no file can hold or name it. */
function requireNames({ routing }: MoESpec): void {
  if (typeof routing === 'string') return;
  throw new UnsupportedError('is an object, which a file cannot hold', {
    field: 'spec.routing',
    value: routing,
    remedy: 'Use one that @softmoe/model knows by its name, or save the parameters alone.',
  });
}

/** JSON.stringify writes −0 as 0; JSON itself has it. A spec that createMoE let pass contains no number or name "-0". */
function specToJson(spec: MoESpec): string {
  const named = {
    ...spec,
    ...(spec.gate === undefined ? {} : { gate: namedGate(spec.gate) }),
    expert: namedExpert(spec.expert),
  };
  const text = JSON.stringify(named, (_, value) => {
    if (Object.is(value, -0)) return '-0';
    return typeof value?.value === 'function' ? { own: value.name } : value;
  });
  return text.replaceAll('"-0"', '-0');
}

/** The spec of a file with the parts of the user's own that it names. */
function withOwnParts(spec: MoESpec, own: OwnParts): MoESpec {
  let found = spec;
  for (const field of ['gate', 'expert'] as const) {
    const part: unknown = Object(spec)[field];
    const name: unknown = Object(part).own;
    if (typeof name !== 'string') continue;
    const given = own[field];
    if (given?.name !== name) {
      const problem = given
        ? `is the user's own ${field} ${name}, and the one given is ${given.name}`
        : `is the user's own ${field} ${name}, which a file only names`;
      const remedy = `Give it with the file: loadMoE(bytes, undefined, { ${field} }), or --${field} with its module.`;
      throw new UnsupportedError(problem, { field: `spec.${field}`, value: part, remedy });
    }
    found = { ...found, [field]: given } as MoESpec;
  }
  return found;
}

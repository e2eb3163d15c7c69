import { requireObject } from './checks/require.ts';
import { parseStrictJson } from './checks/strict-json.ts';
import { FormatError, UnsupportedError } from './errors.ts';
import { requireFrame } from './frames/frame.ts';
import { createMoE, type NormalisedRows, withUnitRows } from './moe.ts';
import { decodeTensors, encodeTensors } from './safetensors.ts';
import type { MoE, MoESpec, Params } from './spec.ts';

const VERSION_KEY = 'softmoe.version';
const SPEC_KEY = 'softmoe.spec';
const VERSION = '1';

/**
 * A safetensors file of a model: parameters as float64 tensors under their own names, the spec as JSON in the metadata
 * `softmoe.spec`. {@link loadMoE} gives the same model back, bit for bit. Throws what {@link createMoE} throws, and
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
 * it such a file is refused. Throws {@link FormatError} for any other file, what {@link createMoE}
 * throws for a spec or parameters that make no model, and {@link ShapeError} for one in the coordinates of a frame.
 */
export function loadMoE(
  bytes: Uint8Array,
  onNormalised?: (normalised: NormalisedRows) => void,
): MoE {
  const { spec, params } = readFile(bytes);
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
export function decodeMoE(bytes: Uint8Array): MoE {
  const { spec, params } = readFile(bytes);
  return createMoE(spec, params);
}

/** What stands in the file of a model: nothing of it is checked but that it is one. */
function readFile(bytes: Uint8Array): MoE {
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
    spec: parseStrictJson(spec, `metadata.${SPEC_KEY}`) as MoESpec,
    params: tensors as unknown as Params,
  };
}

/** Throws {@link UnsupportedError} for a gate, expert or routing that is an object of functions: no file can hold it. */
function requireNames({ gate, expert, routing }: MoESpec): void {
  for (const [field, part] of Object.entries({ gate, expert, routing })) {
    if (part === undefined || typeof part === 'string' || 'kind' in part) continue;
    throw new UnsupportedError('is an object, which a file cannot hold', {
      field: `spec.${field}`,
      value: part,
      remedy: 'Use one that @softmoe/model knows by its name, or save the parameters alone.',
    });
  }
}

/** JSON.stringify writes −0 as 0; JSON itself has it. A spec that createMoE let pass contains no text "-0". */
function specToJson(spec: MoESpec): string {
  return JSON.stringify(spec, (_, value) => (Object.is(value, -0) ? '-0' : value)).replaceAll(
    '"-0"',
    '-0',
  );
}

import type { Written } from './checks/require.ts';
import { requireInteger, requireKeys, requireObject } from './checks/require.ts';
import { ShapeError, ValueError } from './errors.ts';
import { checkExpert } from './expert.ts';
import { gateOf } from './gate.ts';
import { normAt } from './linalg/norm.ts';
import { matrixSize } from './linalg/rows.ts';
import { type NDArray, requireArray, sizeOf } from './ndarray.ts';
import { routingOf } from './routing.ts';
import type { MoE, MoESpec, ParameterLayout, ParameterName, Params } from './spec.ts';

/**
 * How far the length of a row of that many numbers may be from 1: 4 ulp, which is rounding. A sum of many squares rounds
 * more often, and so do the lengths that rows were divided by.
 */
export function unitTolerance(columns: number): number {
  return 4 * Number.EPSILON * Math.max(1, Math.sqrt(columns) / 16);
}

/** Name, shape and manifold of every parameter of a model of that spec, in the order in which they are stored. */
export function parameterLayout(spec: MoESpec): {
  readonly [Name in keyof Params]: ParameterLayout;
} {
  const { experts: m, inputDim: d } = spec;
  const { router, ...others } = routingOf(spec.routing).layout(spec);
  return {
    router,
    expert: { name: 'expert', shape: [m, d], manifold: 'sphere' },
    amplitude: { name: 'amplitude', shape: [m], manifold: 'free' },
    ...others,
  };
}

/** The parameter of that name, for code that does not know which one. Throws {@link ShapeError} when the model lacks it. */
export function param(params: Params, name: ParameterName, field: string = 'params'): NDArray {
  const array = Object.hasOwn(params, name) ? params[name] : undefined;
  if (array) return array;
  throw new ShapeError('is missing', {
    field: `${field}.${name}`,
    value: Object.keys(params),
    remedy: `Add an array named ${name}.`,
  });
}

/**
 * A model from its spec and parameters, checked: known names, right shapes, finite numbers, unit rows to rounding
 * (exact losses are right only of those; {@link retract} normalises the rows of any). Arrays are shared, not copied.
 */
export function createMoE(spec: Written<MoESpec>, params: Params): MoE {
  checkSpec(spec);
  checkShapes('', spec, params);
  checkNumbers('', spec, params);
  return { spec, params };
}

/**
 * Throws what {@link createMoE} throws unless `model` is a valid model, with `field` before the names in the errors. For
 * the entries of a library, where a model from plain JavaScript may be anything: it looks at every number.
 */
export function requireModel(field: string, model: MoE): void {
  requireForm(field, model);
  checkNumbers(`${field}.`, model.spec, model.params);
}

/**
 * Throws a typed error unless `model` has a valid spec and parameters of its shapes, for what is called once a step: unlike
 * {@link requireModel} it does not look at the numbers themselves.
 */
export function requireForm(field: string, model: MoE): void {
  requireObject(field, model, ['spec', 'params']);
  checkSpec(model.spec, `${field}.spec`);
  checkShapes(`${field}.`, model.spec, model.params);
}

function checkShapes(prefix: string, spec: MoESpec, params: Params): void {
  const layout = parameterLayout(spec);
  requireKeys(`${prefix}params`, params, Object.keys(layout));
  for (const { name, shape } of Object.values(layout)) {
    checkShape(`${prefix}params.${name}`, param(params, name, `${prefix}params`), shape);
  }
}

function checkNumbers(prefix: string, spec: MoESpec, params: Params): void {
  for (const { name, manifold } of Object.values(parameterLayout(spec))) {
    const array = param(params, name);
    checkFinite(`${prefix}params.${name}`, array);
    if (manifold === 'sphere') checkUnitRows(`${prefix}params.${name}`, array);
  }
}

/** Throws a typed error unless `spec` has exactly the fields of a {@link MoESpec}, each known and in range. */
export function checkSpec(spec: Written<MoESpec>, field: string = 'spec'): asserts spec is MoESpec {
  requireKeys(field, spec, SPEC_FIELDS);
  requireInteger(`${field}.inputDim`, spec.inputDim, 1);
  requireInteger(`${field}.experts`, spec.experts, 1);
  const { ownGates } = routingOf(spec.routing, `${field}.routing`);
  if (ownGates || spec.gate !== undefined) gateOf(spec.gate as MoESpec['gate'], `${field}.gate`);
  checkExpert(spec.expert as MoESpec['expert'], `${field}.expert`);
  if (spec.frame !== undefined) checkFrame(`${field}.frame`, spec.frame);
}

/** Frames have names of this form, and no others. */
const FRAME_NAME = /^span \d+×\d+ [0-9a-f]{8}$/;

function checkFrame(field: string, frame: string): void {
  if (typeof frame === 'string' && FRAME_NAME.test(frame)) return;
  throw new ValueError('is not the name of a frame', {
    field,
    value: frame,
    remedy: 'Leave it out; toSpan and the lower of a frame set it.',
  });
}

const SPEC_FIELDS: readonly string[] = [
  'inputDim',
  'experts',
  'gate',
  'expert',
  'routing',
  'frame',
];

/** Throws unless `array` is a float64 array of that shape and only finite numbers. */
export function checkArray(field: string, array: NDArray, shape: readonly number[]): void {
  checkShape(field, array, shape);
  checkFinite(field, array);
}

function checkShape(field: string, array: NDArray, shape: readonly number[]): void {
  requireArray(field, array);
  const size = sizeOf(shape);
  const sameShape =
    array.shape.length === shape.length && shape.every((n, axis) => array.shape[axis] === n);
  if (sameShape && array.data.length === size) return;
  throw new ShapeError(`must have shape [${shape.join(', ')}] and ${size} numbers`, {
    field: `${field}.shape`,
    value: sameShape ? `${array.data.length} numbers` : [...array.shape],
    remedy: 'Check spec.inputDim and spec.experts against the arrays.',
  });
}

function checkFinite(field: string, { shape, data }: NDArray): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    throw new ValueError('must be finite', {
      field: `${field}[${indexIn(shape, i).join(', ')}]`,
      value: data[i],
      remedy: 'Look for a division by zero or a step that diverged before this point.',
    });
  }
}

function checkUnitRows(field: string, array: NDArray): void {
  for (const { row, length } of rowsOffUnit(array)) {
    throw new ValueError(`row must be a unit vector to rounding, but its length is ${length}`, {
      field: `${field}[${row}]`,
      value: length,
      remedy:
        'Divide the row by its length: normaliseRows does, and loadMoE with a second argument that is told.',
    });
  }
}

/** Rows whose length is not 1 to rounding. */
function* rowsOffUnit(array: NDArray): Generator<{ row: number; length: number }> {
  const { rows, columns } = matrixSize(array);
  const tolerance = unitTolerance(columns);
  for (let row = 0; row < rows; row++) {
    const length = normAt(array.data, row * columns, columns);
    if (!(Math.abs(length - 1) <= tolerance)) yield { row, length };
  }
}

/** What was done to rows that were no unit vectors, or only to the precision of where they came from. */
export interface NormalisedRows {
  readonly kind: 'rows-normalised';
  /** The largest distance of a length from 1. */
  readonly value: number;
  /** How many rows were divided by their lengths. */
  readonly rows: number;
}

/** What rounding to 8 bits, as bfloat16 does, can make of the length of a unit vector. */
const LOW_PRECISION = 1 / 128;

/**
 * `params` of a model of `spec` with those rows on spheres normalised whose length is off 1 by at most `most`, by default as far as
 * low precision goes, and what was done; rows that are further off stay for {@link createMoE} to refuse, as rows of length 0 do, and those
 * of unit length keep their bits.
 */
export function withUnitRows(
  spec: Written<MoESpec>,
  params: Params,
  most: number = LOW_PRECISION,
): { readonly params: Params; readonly done: NormalisedRows | undefined } {
  checkSpec(spec);
  checkShapes('', spec, params);
  const result: Partial<Record<ParameterName, NDArray>> = {};
  let [value, rows] = [0, 0];
  for (const { name, manifold } of Object.values(parameterLayout(spec))) {
    const array = param(params, name);
    const off = manifold === 'sphere' ? [...rowsOffUnit(array)] : [];
    const rounded = off.filter(({ length }) => length > 0 && Math.abs(length - 1) <= most);
    if (rounded.length === 0) continue;
    const { columns } = matrixSize(array);
    const data = array.data.slice();
    for (const { row, length } of rounded) {
      for (let j = row * columns; j < (row + 1) * columns; j++) data[j] = data[j]! / length;
      value = Math.max(value, Math.abs(length - 1));
      rows++;
    }
    result[name] = { shape: array.shape, data };
  }
  return {
    params: { ...params, ...result },
    done: rows > 0 ? { kind: 'rows-normalised', value, rows } : undefined,
  };
}

function indexIn(shape: readonly number[], flat: number): number[] {
  const index: number[] = [];
  let rest = flat;
  for (const n of shape.toReversed()) {
    index.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return index;
}

import type { Written } from './checks/require.ts';
import { requireInteger, requireKeys, requireObject } from './checks/require.ts';
import { ShapeError, ValueError } from './errors.ts';
import { checkExpert } from './expert.ts';
import { gateOf } from './gate.ts';
import { matrixSize } from './linalg/rows.ts';
import { dotAt } from './linalg/vectors.ts';
import { type NDArray, requireArray, sizeOf } from './ndarray.ts';
import { routingOf } from './routing.ts';
import type { MoE, MoESpec, ParameterLayout, ParameterName, Params } from './spec.ts';

/** How far the length of a row may be from 1. */
export const UNIT_TOLERANCE = 1e-9;

/** Name, shape and manifold of every parameter of a model of that spec, in the order in which they are stored. */
export function parameterLayout(spec: MoESpec): {
  readonly [Name in keyof Params]: ParameterLayout;
} {
  const { experts: m, inputDim: d } = spec;
  const { router, ...others } = routingOf(spec.routing).layout(m, d);
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
 * A model from its spec and parameters, checked: known names, right shapes, finite numbers, unit rows to 1e-9.
 * Arrays are shared, not copied.
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
  if (ownGates || spec.gate !== undefined) gateOf(spec.gate, `${field}.gate`);
  checkExpert(spec.expert, `${field}.expert`);
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
  const { rows, columns } = matrixSize(array);
  for (let i = 0; i < rows; i++) {
    const length = Math.sqrt(dotAt(array.data, i * columns, array.data, i * columns, columns));
    if (Math.abs(length - 1) <= UNIT_TOLERANCE) continue;
    throw new ValueError(
      `row must be a unit vector to ${UNIT_TOLERANCE}, but its length is ${length}`,
      {
        field: `${field}[${i}]`,
        value: length,
        remedy: 'Divide the row by its length (normaliseRows does).',
      },
    );
  }
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

import { requireInteger, ShapeError, UnknownNameError, ValueError } from './errors.ts';
import { activationOf, type ExpertSpec, expertFields } from './expert.ts';
import { type GateName, gateOf } from './gate.ts';
import { dotAt, matrixSize, type NDArray, sizeOf } from './ndarray.ts';

/** What a soft-routed mixture of experts is, without its numbers: docs/theory.md (1), (2) and (5). */
export type MoESpec = IndependentSpec | SoftmaxSpec;

interface CommonSpec {
  /** d, the dimension of x. */
  readonly inputDim: number;
  /** m, the number of units, each a router with its expert. */
  readonly experts: number;
  readonly expert: ExpertSpec;
}

/** Every unit has a gate g(v_i·x) of its own, docs/theory.md (1). */
export interface IndependentSpec extends CommonSpec {
  readonly gate: GateName;
  readonly routing: 'independent';
}

/** Units share their gates, π = softmax(Vx + b), docs/theory.md (5). */
export interface SoftmaxSpec extends CommonSpec {
  /** Has no meaning here: accepted, so that a spec can always have all its fields, and ignored. */
  readonly gate?: GateName;
  readonly routing: 'softmax';
}

export type Routing = MoESpec['routing'];

/**
 * Named parameters, float64. Ridge experts: `router` [m, d], `expert` [m, d], `amplitude` [m], and with softmax
 * routing `routerBias` [m].
 */
export type Params = Readonly<Record<string, NDArray>>;

export interface MoE {
  readonly spec: MoESpec;
  readonly params: Params;
}

/** Where a parameter lives: each row on the unit sphere, or anywhere. */
export type Manifold = 'sphere' | 'free';

export interface ParameterLayout {
  readonly shape: readonly number[];
  readonly manifold: Manifold;
}

/** How far the length of a row may be from 1. */
export const UNIT_TOLERANCE = 1e-9;

/** Name, shape and manifold of every parameter of a model of that spec, in the order in which they are stored. */
export function parameterLayout(spec: MoESpec): Readonly<Record<string, ParameterLayout>> {
  const { experts: m, inputDim: d } = spec;
  const softmax = spec.routing === 'softmax';
  return {
    router: { shape: [m, d], manifold: softmax ? 'free' : 'sphere' },
    expert: { shape: [m, d], manifold: 'sphere' },
    amplitude: { shape: [m], manifold: 'free' },
    ...(softmax ? { routerBias: { shape: [m], manifold: 'free' as const } } : {}),
  };
}

/** The parameter of that name. Throws {@link ShapeError} when the model lacks it. */
export function param(params: Params, name: string): NDArray {
  const array = Object.hasOwn(params, name) ? params[name] : undefined;
  if (array) return array;
  throw new ShapeError('is missing', {
    field: `params.${name}`,
    value: Object.keys(params),
    remedy: `Add an array named ${name}.`,
  });
}

/**
 * A model from its spec and parameters, checked: known names, right shapes, finite numbers, unit rows to 1e-9.
 * Arrays are shared, not copied.
 */
export function createMoE(spec: MoESpec, params: Params): MoE {
  checkSpec(spec);
  const layout = parameterLayout(spec);
  checkNames('params', params, Object.keys(layout));
  for (const [name, { shape, manifold }] of Object.entries(layout)) {
    const array = param(params, name);
    checkArray(`params.${name}`, array, shape);
    if (manifold === 'sphere') checkUnitRows(`params.${name}`, array);
  }
  return { spec, params };
}

/** Throws a typed error unless `spec` has exactly the fields of a {@link MoESpec}, each known and in range. */
export function checkSpec(spec: MoESpec): void {
  checkNames('spec', spec, SPEC_FIELDS);
  requireInteger('spec.inputDim', spec.inputDim, 1);
  requireInteger('spec.experts', spec.experts, 1);
  if (spec.routing !== 'softmax') gateOf(spec.gate, 'spec.gate');
  else if (spec.gate !== undefined) gateOf(spec.gate, 'spec.gate');
  requireObject('spec.expert', spec.expert);
  activationOf(spec.expert, 'spec.expert');
  checkNames('spec.expert', spec.expert, expertFields(spec.expert.kind));
  checkRouting(spec.routing);
}

function checkRouting(routing: Routing): void {
  if (routing === 'independent' || routing === 'softmax') return;
  throw new UnknownNameError('is not a kind of routing', {
    field: 'spec.routing',
    value: routing,
    remedy: "Use 'independent' or 'softmax'.",
  });
}

const SPEC_FIELDS: readonly string[] = ['inputDim', 'experts', 'gate', 'expert', 'routing'];

function requireObject(field: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return;
  throw new ValueError('must be an object', {
    field,
    value,
    remedy: 'See the type MoESpec and the function createMoE of @softmoe/model.',
  });
}

/** Throws unless `value` is an object whose every key is one of `names`. */
function checkNames(field: string, value: object, names: readonly string[]): void {
  requireObject(field, value);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new UnknownNameError('is not known here', {
    field: `${field}.${unknown}`,
    value: unknown,
    remedy: `Use ${names.join(', ')}.`,
  });
}

/** Throws unless `array` is a float64 array of that shape and only finite numbers. */
export function checkArray(field: string, array: NDArray, shape: readonly number[]): void {
  if (!(array?.data instanceof Float64Array && Array.isArray(array.shape))) {
    throw new ShapeError('must be an array of numbers with its shape', {
      field,
      value: array,
      remedy: 'Give { shape: number[], data: Float64Array }; the function ndarray makes one.',
    });
  }
  const { data } = array;
  const size = sizeOf(shape);
  const sameShape =
    array.shape.length === shape.length && shape.every((n, axis) => array.shape[axis] === n);
  if (!sameShape || data.length !== size) {
    throw new ShapeError(`must have shape [${shape.join(', ')}] and ${size} numbers`, {
      field: `${field}.shape`,
      value: sameShape ? `${data.length} numbers` : [...array.shape],
      remedy: 'Check spec.inputDim and spec.experts against the arrays.',
    });
  }
  const bad = data.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    throw new ValueError('must be finite', {
      field: `${field}[${indexIn(shape, bad).join(', ')}]`,
      value: data[bad],
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

import type { Curvature, Gram, MoE, NDArray, Params } from '@softmoe/model';
import { routingOf } from '@softmoe/model/checks';
import {
  type Blocks,
  entry,
  mapParams,
  matrixSize,
  type ParameterName,
  param,
  paramEntries,
  perCoordinate,
  row,
} from '@softmoe/model/linalg';

/** How large the amplitudes of a model are, in absolute value. */
export interface AmplitudeRange {
  /** The least one, but at least a rounding unit of the largest. */
  readonly least: number;
  readonly largest: number;
}

/** The range of the amplitudes of a model. */
export function amplitudeRange({ params }: MoE): AmplitudeRange {
  const sizes = params.amplitude.data.map(Math.abs);
  const largest = Math.max(...sizes);
  return { largest, least: Math.max(Math.min(...sizes), Number.EPSILON * largest) };
}

/** What a unit step of a parameter of a unit is multiplied by. */
type Scales = (name: ParameterName, unit: number) => number;

/** Scales this close to 1 change no verdict: the curvature is used as it is, without a copy. */
const NEAR_ONE = 1e-6;

/**
 * `curvature` of `model` in coordinates that do not depend on amplitudes, docs/theory.md (41): the directions of a unit are
 * measured in steps that move the function as much as those of a unit of amplitude 1. At zero loss the eigenvalues are those
 * of the second moments of the tangent functions, however weak or strong the units are.
 */
export function toUnitScale(model: MoE, curvature: Curvature): Curvature {
  const scaleOf = scalesOf(model);
  const units = Array.from({ length: model.spec.experts }, (_, unit) => unit);
  const scalesOfNames = (names: readonly ParameterName[]) =>
    names.flatMap((name) => units.map((unit) => scaleOf(name, unit)));
  const all = scalesOfNames(paramEntries(model.params).map(([name]) => name));
  if (all.every((scale) => Math.abs(scale - 1) <= NEAR_ONE)) return curvature;
  const around = (times: (direction: Params) => Params) => (direction: Params) =>
    scaleUnits(scaleOf, times(scaleUnits(scaleOf, direction)));
  const both = ({ hessian, gaussNewton }: Blocks, scales: ArrayLike<number>) => ({
    hessian: congruent(hessian, scales),
    gaussNewton: congruent(gaussNewton, scales),
  });
  const { span, complement, student } = curvature;
  return {
    ...curvature,
    apply: around(curvature.apply),
    gaussNewton: around(curvature.gaussNewton),
    ...(span ? { span: both(span, perCoordinate(student.spec, scaleOf)) } : {}),
    complement: both(complement, scalesOfNames(['router', 'expert'])),
  };
}

/** A Riemannian gradient at `model` in the coordinates of {@link toUnitScale}. */
export function gradientAtUnitScale(model: MoE, gradient: Params): Params {
  return scaleUnits(scalesOf(model), gradient);
}

/**
 * What the weakest unit of `model` contributes to the loss by itself, ½ a² E u², docs/theory.md (42), from its Gram data: about
 * what is lost where it is missing.
 */
export function leastShare({ params }: MoE, { students }: Pick<Gram, 'students'>): number {
  const shares = params.amplitude.data.map((a, i) => 0.5 * a ** 2 * entry(students, i, i));
  return Math.min(...shares);
}

/**
 * The largest difference between a model and an image of its target, that of an amplitude relative to the target's own: of a
 * weak unit the absolute difference is always small.
 */
export function relativeError(model: MoE, image: MoE): number {
  let largest = 0;
  for (const [name, { data }] of paramEntries(image.params)) {
    const own = param(model.params, name).data;
    data.forEach((x, at) => {
      const size = name === 'amplitude' ? Math.abs(x) || 1 : 1;
      largest = Math.max(largest, Math.abs((own[at] ?? Number.NaN) - x) / size);
    });
  }
  return largest;
}

/**
 * What a unit step of a parameter is multiplied by: for the directions of a unit one over its amplitude. Where units share
 * their gates a router moves what all of them give, so that the largest amplitude counts.
 */
function scalesOf(model: MoE): Scales {
  const { least, largest } = amplitudeRange(model);
  const { ownGates } = routingOf(model.spec.routing);
  return (name, unit) => {
    if (name === 'amplitude') return 1;
    const [amplitude = 0] = row(model.params.amplitude, unit);
    const size = name === 'expert' || ownGates ? Math.max(Math.abs(amplitude), least) : largest;
    return size > 0 ? 1 / size : 1;
  };
}

function scaleUnits(scaleOf: Scales, params: Params): Params {
  return mapParams(params, (array, name) => {
    const { columns } = matrixSize(array);
    return {
      shape: array.shape,
      data: array.data.map((x, at) => scaleOf(name, Math.floor(at / columns)) * x),
    };
  });
}

/** S A S for the diagonal matrix S of `scales`. */
function congruent(matrix: NDArray, scales: ArrayLike<number>): NDArray {
  const data = matrix.data.slice();
  const scaled = { shape: matrix.shape, data };
  const { rows } = matrixSize(matrix);
  for (let i = 0; i < rows; i++) {
    const values = row(scaled, i);
    values.forEach((x, j) => {
      values[j] = x * (scales[i] ?? 1) * (scales[j] ?? 1);
    });
  }
  return scaled;
}

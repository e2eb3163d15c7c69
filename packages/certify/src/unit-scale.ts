import type { Curvature, MoE, MoESpec, NDArray, Params } from '@softmoe/model';
import { routingOf } from '@softmoe/model/checks';
import {
  entry,
  mapParams,
  matrixSize,
  type ParameterName,
  param,
  paramEntries,
  parameterLayout,
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

/** Scales this close to 1 change no verdict: the curvature is used as it is, without a copy. */
const NEAR_ONE = 1e-6;

/**
 * `curvature` of `model` in coordinates that do not depend on amplitudes, docs/theory.md (41): the directions of a unit are
 * measured in steps that move the function as much as those of a unit of amplitude 1. At zero loss the eigenvalues are those
 * of the second moments of the tangent functions, however weak or strong the units are.
 */
export function toUnitScale(model: MoE, curvature: Curvature): Curvature {
  const scaleOf = scalesOf(model);
  const { experts } = model.spec;
  const inSpan = coordinatesOf(model.spec, curvature.basis).map(({ name, unit }) =>
    scaleOf(name, unit),
  );
  const units = Array.from({ length: experts }, (_, unit) => unit);
  const outside = (['router', 'expert'] as const).flatMap((name) =>
    units.map((unit) => scaleOf(name, unit)),
  );
  if (inSpan.every((scale) => Math.abs(scale - 1) <= NEAR_ONE)) return curvature;
  const both = ({ hessian, gaussNewton }: Curvature['span'], scales: readonly number[]) => ({
    hessian: congruent(hessian, scales),
    gaussNewton: congruent(gaussNewton, scales),
  });
  return {
    ...curvature,
    span: both(curvature.span, inSpan),
    complement: both(curvature.complement, outside),
  };
}

/** A Riemannian gradient at `model` in the coordinates of {@link toUnitScale}. */
export function gradientAtUnitScale(model: MoE, gradient: Params): Params {
  const scaleOf = scalesOf(model);
  return mapParams(gradient, (array, name) => {
    const { columns } = matrixSize(array);
    return {
      shape: array.shape,
      data: array.data.map((x, at) => scaleOf(name, Math.floor(at / columns)) * x),
    };
  });
}

/**
 * What the weakest unit of `model` contributes to the loss by itself, ½ a² E u², docs/theory.md (42): about what is lost where
 * it is missing. E u² is the Gauss–Newton curvature along the unit's amplitude.
 */
export function leastShare({ spec, params }: MoE, { span, basis }: Curvature): number {
  let least = Infinity;
  coordinatesOf(spec, basis).forEach(({ name, unit }, at) => {
    if (name !== 'amplitude') return;
    const [amplitude = 0] = row(params.amplitude, unit);
    least = Math.min(least, 0.5 * amplitude ** 2 * entry(span.gaussNewton, at, at));
  });
  return least;
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
function scalesOf(model: MoE): (name: ParameterName, unit: number) => number {
  const { least, largest } = amplitudeRange(model);
  const { ownGates } = routingOf(model.spec.routing);
  return (name, unit) => {
    if (name === 'amplitude') return 1;
    const [amplitude = 0] = row(model.params.amplitude, unit);
    const size = name === 'expert' || ownGates ? Math.max(Math.abs(amplitude), least) : largest;
    return size > 0 ? 1 / size : 1;
  };
}

/** For each tangent coordinate in `basis`, in order, the parameter and the unit that it moves. */
function coordinatesOf(spec: MoESpec, basis: NDArray): { name: ParameterName; unit: number }[] {
  const layout = parameterLayout({ ...spec, inputDim: matrixSize(basis).rows });
  return Object.values(layout).flatMap(({ name, shape, manifold }) => {
    const [rows = 0, columns = 1] = shape;
    const width = manifold === 'sphere' ? columns - 1 : columns;
    return Array.from({ length: rows * width }, (_, at) => ({
      name,
      unit: Math.floor(at / width),
    }));
  });
}

/** S A S for the diagonal matrix S of `scales`. */
function congruent(matrix: NDArray, scales: readonly number[]): NDArray {
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

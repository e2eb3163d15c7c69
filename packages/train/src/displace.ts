import type { MoE, Params } from '@softmoe/model';
import {
  axpy,
  makeParams,
  type ParameterName,
  param,
  rescaleAt,
  scaleAt,
} from '@softmoe/model/linalg';

/**
 * The model at x + Σ_s scales[s]·slopes[s], brought back to its manifold by normalising the rows on spheres.
 * Undefined when that point has no place on it: a row without direction, or a number that is not finite.
 */
export function displace(
  model: MoE,
  scales: readonly number[],
  slopes: readonly Params[],
): MoE | undefined {
  let landed = true;
  const params = makeParams(model.spec, ({ name, shape, manifold }) => {
    const data = param(model.params, name).data.slice();
    addSlopes(name, scales, slopes, data);
    landed &&=
      manifold === 'sphere' ? normaliseInPlace(data, shape[1] ?? 1) : data.every(Number.isFinite);
    return { shape, data };
  });
  return landed ? { spec: model.spec, params } : undefined;
}

/** Adds Σ_s scales[s]·slopes[s] of the parameter of that name to `sum`. */
export function addSlopes(
  name: ParameterName,
  scales: readonly number[],
  slopes: readonly Params[],
  sum: Float64Array,
): void {
  scales.forEach((scale, s) => {
    if (scale !== 0) axpy(scale, param(slopes[s]!, name).data, sum);
  });
}

function normaliseInPlace(data: Float64Array, columns: number): boolean {
  for (let start = 0; start < data.length; start += columns) {
    const length = rescaleAt(data, start, columns);
    if (!(length > 0 && length < Infinity)) return false;
    scaleAt(1 / length, data, start, data, start, columns);
  }
  return true;
}

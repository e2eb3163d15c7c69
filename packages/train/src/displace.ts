import type { MoE, Params } from '@softmoe/model';
import {
  addMultiplesAt,
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
    const add = slopeAdder(name, scales, slopes);
    if (manifold === 'sphere') {
      const columns = shape[1] ?? 1;
      for (let start = 0; start < data.length; start += columns) {
        add(start, columns, data, start);
        landed = normaliseAt(data, start, columns) && landed;
      }
    } else {
      add(0, data.length, data, 0);
      landed &&= data.every(Number.isFinite);
    }
    return { shape, data };
  });
  return landed ? { spec: model.spec, params } : undefined;
}

/**
 * What adds `length` numbers of Σ_s scales[s]·slopes[s], a scale for every slope, of the parameter of that name to those of `sum`
 * from `start` on, beginning with the one at `from`. Row by row everything stays in the cache from one summand to the next.
 */
export function slopeAdder(
  name: ParameterName,
  scales: readonly number[],
  slopes: readonly Params[],
): (from: number, length: number, sum: Float64Array, start: number) => void {
  const multiples = scales.flatMap((scale, s) => {
    const slope = slopes[s];
    return slope && scale !== 0 ? [{ scale, vector: param(slope, name).data }] : [];
  });
  return (from, length, sum, start) => addMultiplesAt(multiples, from, sum, start, length);
}

/** Whether the row has a direction; then it is normalised in place. */
function normaliseAt(data: Float64Array, start: number, columns: number): boolean {
  const length = rescaleAt(data, start, columns);
  if (!(length > 0 && length < Infinity)) return false;
  scaleAt(1 / length, data, start, data, start, columns);
  return true;
}

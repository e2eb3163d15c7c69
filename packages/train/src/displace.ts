import { dotAt, type MoE, makeParams, type Params, param } from '@softmoe/model';

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
    for (let s = 0; s < scales.length; s++) {
      if (scales[s] !== 0) addMultiple(data, scales[s]!, param(slopes[s]!, name).data);
    }
    landed &&=
      manifold === 'sphere' ? normaliseInPlace(data, shape[1] ?? 1) : data.every(Number.isFinite);
    return { shape, data };
  });
  return landed ? { spec: model.spec, params } : undefined;
}

/** target += scale·source. */
export function addMultiple(target: Float64Array, scale: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + scale * source[i]!;
}

function normaliseInPlace(data: Float64Array, columns: number): boolean {
  for (let start = 0; start < data.length; start += columns) {
    const length = Math.sqrt(dotAt(data, start, data, start, columns));
    if (!(length > 0 && length < Infinity)) return false;
    const scale = 1 / length;
    for (let j = start; j < start + columns; j++) data[j] = data[j]! * scale;
  }
  return true;
}

import { matrixSize } from '../linalg/rows.ts';
import { addAt, at, difference } from '../linalg/vectors.ts';
import { param, parameterLayout } from '../moe.ts';
import { type NDArray, zeros } from '../ndarray.ts';
import { mapParams } from '../params.ts';
import { routingOf } from '../routing.ts';
import type { MoE, MoESpec, Params } from '../spec.ts';

/** A number in the middle of others, in one sense or another. */
export type Middle = (numbers: Float64Array) => number;

export const mean: Middle = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

/** Halfway between the least and the greatest: its largest distance to any of the numbers is least. */
export const midrange: Middle = (numbers) =>
  0.5 * (numbers.reduce((a, b) => Math.min(a, b)) + numbers.reduce((a, b) => Math.max(a, b)));

/**
 * `model` with the parameters whose common translation changes no function, docs/theory.md (6), such as all router rows by
 * one vector where units share their gates, moved by the middle of their differences to `target`.
 */
export function translate({ spec, params }: MoE, target: MoE, middle: Middle): MoE {
  const { translations } = routingOf(spec.routing);
  const moved = mapParams(params, (array, name) =>
    translations.includes(name)
      ? translateColumns(array, param(target.params, name), middle)
      : array,
  );
  return { spec, params: moved };
}

/** Dimension of the translations of a model of that spec that change no function, docs/theory.md (6). */
export function translationDim(spec: MoESpec): number {
  const layout = parameterLayout(spec);
  return routingOf(spec.routing).translations.reduce(
    (sum, name) => sum + (layout[name]?.shape[1] ?? 1),
    0,
  );
}

/** Orthonormal tangent vectors along the translations of `model` that change no function, docs/theory.md (6). */
export function translationDirections({ spec, params }: MoE): Params[] {
  return routingOf(spec.routing).translations.flatMap((name) => {
    const { rows, columns } = matrixSize(param(params, name));
    return Array.from({ length: columns }, (_, column) => {
      const vector = mapParams(params, ({ shape }) => zeros(shape));
      const { data } = param(vector, name);
      for (let i = 0; i < rows; i++) data[i * columns + column] = 1 / Math.sqrt(rows);
      return vector;
    });
  });
}

function translateColumns(array: NDArray, target: NDArray, middle: Middle): NDArray {
  const { rows, columns } = matrixSize(array);
  const data = array.data.slice();
  const differences = difference(target.data, array.data);
  for (let j = 0; j < columns; j++) {
    const column = Float64Array.from({ length: rows }, (_, i) => at(differences, i * columns + j));
    const shift = middle(column);
    for (let k = j; k < data.length; k += columns) addAt(data, k, shift);
  }
  return { shape: array.shape, data };
}

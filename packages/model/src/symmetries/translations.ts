import { matrixSize } from '../linalg/rows.ts';
import { type MoE, param } from '../moe.ts';
import type { NDArray } from '../ndarray.ts';

/** A number in the middle of others, in one sense or another. */
export type Middle = (numbers: Float64Array) => number;

export const mean: Middle = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

/** Halfway between the least and the greatest: its largest distance to any of the numbers is least. */
export const midrange: Middle = (numbers) =>
  0.5 * (numbers.reduce((a, b) => Math.min(a, b)) + numbers.reduce((a, b) => Math.max(a, b)));

/**
 * A model with softmax routing and the router rows and biases translated by what leaves every function as it is, a common
 * vector and a common number, docs/theory.md (6): the middle of the differences to `target`, unit by unit.
 */
export function translate(model: MoE, target: MoE, middle: Middle): MoE {
  const moved = (name: string) =>
    translateColumns(param(model.params, name), param(target.params, name), middle);
  return {
    spec: model.spec,
    params: { ...model.params, router: moved('router'), routerBias: moved('routerBias') },
  };
}

function translateColumns(array: NDArray, target: NDArray, middle: Middle): NDArray {
  const { rows, columns } = matrixSize(array);
  const data = array.data.slice();
  for (let j = 0; j < columns; j++) {
    const differences = Float64Array.from({ length: rows }, (_, i) => {
      const k = i * columns + j;
      return target.data[k]! - array.data[k]!;
    });
    const shift = middle(differences);
    for (let k = j; k < data.length; k += columns) data[k] = data[k]! + shift;
  }
  return { shape: array.shape, data };
}

import { dot } from './linalg/vectors.ts';
import type { NDArray } from './ndarray.ts';
import type { Params } from './spec.ts';

/** Applies `f` to every array; names are kept. */
export function mapParams(params: Params, f: (array: NDArray, name: string) => NDArray): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, array]) => [name, f(array, name)] as const),
  );
}

/** A deep copy: new shapes' data, same names. */
export function copyParams(params: Params): Params {
  return mapParams(params, ({ shape, data }) => ({ shape, data: data.slice() }));
}

/** x + scale·y, array by array. Both must have the same names and shapes. */
export function addScaled(x: Params, scale: number, y: Params): Params {
  return mapParams(x, ({ shape, data }, name) => {
    const other = y[name]!.data;
    const sum = new Float64Array(data.length);
    for (let i = 0; i < sum.length; i++) sum[i] = data[i]! + scale * other[i]!;
    return { shape, data: sum };
  });
}

/** scale·x, array by array. */
export function scaleParams(scale: number, x: Params): Params {
  return mapParams(x, ({ shape, data }) => {
    const product = new Float64Array(data.length);
    for (let i = 0; i < product.length; i++) product[i] = scale * data[i]!;
    return { shape, data: product };
  });
}

/** Σ over all arrays of their inner products: the Euclidean metric on all parameters together. */
export function dotParams(x: Params, y: Params): number {
  let sum = 0;
  for (const name of Object.keys(x)) sum += dot(x[name]!.data, y[name]!.data);
  return sum;
}

/** Euclidean length of all parameters together. */
export function normParams(x: Params): number {
  return Math.sqrt(dotParams(x, x));
}

import { norm, rootOfSquares } from './linalg/norm.ts';
import { axpy, dot, scaleAt } from './linalg/vectors.ts';
import { param, parameterLayout } from './moe.ts';
import type { NDArray } from './ndarray.ts';
import type { MoESpec, ParameterLayout, ParameterName, Params } from './spec.ts';

/** Parameters of a model of `spec`, each made from its name, shape and manifold. */
export function makeParams(spec: MoESpec, make: (layout: ParameterLayout) => NDArray): Params {
  return mapNamed(parameterLayout(spec), make);
}

/** Parameters made of `f` of every array and its name. */
export function mapParams(
  params: Params,
  f: (array: NDArray, name: ParameterName) => NDArray,
): Params {
  return mapNamed(params, f);
}

/** The arrays of parameters with their names, in stored order. */
export function paramEntries(params: Params): [ParameterName, NDArray][] {
  return Object.entries(params) as [ParameterName, NDArray][];
}

type Named<T> = { readonly [Name in keyof Params]: T };

function mapNamed<T>(named: Named<T>, f: (value: T, name: ParameterName) => NDArray): Params {
  const { router, expert, amplitude, routerBias } = named;
  return {
    router: f(router, 'router'),
    expert: f(expert, 'expert'),
    amplitude: f(amplitude, 'amplitude'),
    ...(routerBias && { routerBias: f(routerBias, 'routerBias') }),
  };
}

/** A deep copy of parameters: new arrays, same names. */
export function copyParams(params: Params): Params {
  return mapParams(params, ({ shape, data }) => ({ shape, data: data.slice() }));
}

/** x + scale·y, array by array. Both must have the same names and shapes. */
export function addScaled(x: Params, scale: number, y: Params): Params {
  return mapParams(x, ({ shape, data }, name) => {
    const sum = data.slice();
    axpy(scale, param(y, name).data, sum);
    return { shape, data: sum };
  });
}

/** scale·x, array by array. */
export function scaleParams(scale: number, x: Params): Params {
  return mapParams(x, ({ shape, data }) => {
    const product = new Float64Array(data.length);
    scaleAt(scale, data, 0, product, 0, product.length);
    return { shape, data: product };
  });
}

/** Σ over all arrays of their inner products: the Euclidean metric on all parameters together. */
export function dotParams(x: Params, y: Params): number {
  const rows = dot(x.router.data, y.router.data) + dot(x.expert.data, y.expert.data);
  const sum = rows + dot(x.amplitude.data, y.amplitude.data);
  return x.routerBias ? sum + dot(x.routerBias.data, param(y, 'routerBias').data) : sum;
}

/** Euclidean length of all parameters together, right to rounding at every scale. */
export function normParams(x: Params): number {
  return rootOfSquares(dotParams(x, x), () => paramEntries(x).map(([, { data }]) => norm(data)));
}

import { normaliseRows } from './linalg/normalise-rows.ts';
import { matrixSize } from './linalg/rows.ts';
import { at, axpyAt, dotAt } from './linalg/vectors.ts';
import { param, parameterLayout } from './moe.ts';
import { zeros } from './ndarray.ts';
import { copyParams, makeParams, mapParams } from './params.ts';
import type { MoE, ParameterName, Params } from './spec.ts';

/** Brings parameters back to their manifolds: rows on a sphere are normalised, free arrays are kept. */
export function retract(spec: MoE['spec'], params: Params): MoE {
  const layout = parameterLayout(spec);
  return {
    spec,
    params: mapParams(params, (array, name) =>
      layout[name]?.manifold === 'sphere' ? normaliseRows(array, `params.${name}`) : array,
    ),
  };
}

/**
 * The Euclidean `vector` projected on the tangent space at `model`: for each row x on a sphere, (I − xxᵀ) times the
 * row. Applied to a Euclidean gradient it gives the Riemannian one.
 */
export function projectTangent(model: MoE, vector: Params): Params {
  const projected = copyParams(vector);
  projectTangentInPlace(model, projected);
  return projected;
}

/** {@link projectTangent} for a `vector` that nobody else holds: its own numbers change. */
export function projectTangentInPlace(model: MoE, vector: Params): void {
  for (const { name, manifold } of Object.values(parameterLayout(model.spec))) {
    if (manifold !== 'sphere') continue;
    const points = param(model.params, name);
    const { data } = param(vector, name);
    const { columns } = matrixSize(points);
    for (let start = 0; start < data.length; start += columns) {
      const radial = dotAt(points.data, start, data, start, columns);
      axpyAt(-radial, points.data, start, data, start, columns);
    }
  }
}

/** Dimension of the tangent space: m(d − 1) for rows on spheres, all numbers of free arrays. */
export function tangentDim(spec: MoE['spec']): number {
  let dim = 0;
  for (const { shape, manifold } of Object.values(parameterLayout(spec))) {
    const [m = 0, d = 1] = shape;
    dim += m * (manifold === 'sphere' ? d - 1 : d);
  }
  return dim;
}

/** The value of the parameter and unit that each tangent coordinate moves, in the order of {@link toTangentCoordinates}. */
export function perCoordinate(
  spec: MoE['spec'],
  value: (name: ParameterName, unit: number) => number,
): Float64Array {
  const values = new Float64Array(tangentDim(spec));
  let offset = 0;
  for (const { name, shape, manifold } of Object.values(parameterLayout(spec))) {
    const [m = 0, d = 1] = shape;
    const width = manifold === 'sphere' ? d - 1 : d;
    for (let unit = 0; unit < m; unit++, offset += width) {
      values.fill(value(name, unit), offset, offset + width);
    }
  }
  return values;
}

/**
 * Coordinates of a tangent `vector` at `model` in an orthonormal basis of the tangent space, parameters in layout
 * order, row after row. The basis at a row x is the image of e_2 … e_d under the Householder reflection that takes e_1
 * to ±x; {@link fromTangentCoordinates} is the inverse.
 */
export function toTangentCoordinates(model: MoE, vector: Params): Float64Array {
  const coordinates = new Float64Array(tangentDim(model.spec));
  let offset = 0;
  for (const { name, manifold } of Object.values(parameterLayout(model.spec))) {
    const { data } = param(vector, name);
    if (manifold === 'free') {
      coordinates.set(data, offset);
      offset += data.length;
      continue;
    }
    const points = param(model.params, name);
    const { rows, columns } = matrixSize(points);
    const reflected = new Float64Array(columns);
    const tangent = reflected.subarray(1);
    for (let start = 0; start < rows * columns; start += columns) {
      reflected.set(data.subarray(start, start + columns));
      reflect(points.data, start, reflected);
      coordinates.set(tangent, offset);
      offset += columns - 1;
    }
  }
  return coordinates;
}

/** The tangent vector at `model` with those coordinates: inverse of {@link toTangentCoordinates}. */
export function fromTangentCoordinates(model: MoE, coordinates: Float64Array): Params {
  let offset = 0;
  return makeParams(model.spec, ({ name, shape, manifold }) => {
    const array = zeros(shape);
    if (manifold === 'free') {
      array.data.set(coordinates.subarray(offset, offset + array.data.length));
      offset += array.data.length;
      return array;
    }
    const points = param(model.params, name);
    const { rows, columns } = matrixSize(array);
    for (let i = 0; i < rows; i++) {
      const tangent = new Float64Array(columns);
      tangent.set(coordinates.subarray(offset, offset + columns - 1), 1);
      offset += columns - 1;
      array.data.set(reflect(points.data, i * columns, tangent), i * columns);
    }
    return array;
  });
}

/** Applies to `y`, in place, the reflection that swaps e_1 and −sign(x_1)·x, for the unit row x at `start` of `points`. */
function reflect(points: Float64Array, start: number, y: Float64Array): Float64Array {
  const d = y.length;
  const x1 = at(points, start);
  const y1 = at(y, 0);
  const sign = x1 >= 0 ? 1 : -1;
  const alongNormal = dotAt(points, start, y, 0, d) + sign * y1;
  const scale = alongNormal / (1 + Math.abs(x1));
  y[0] = y1 - scale * (x1 + sign);
  axpyAt(-scale, points, start + 1, y, 1, d - 1);
  return y;
}

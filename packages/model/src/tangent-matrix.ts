import { matrixSize, row } from './linalg/rows.ts';
import { addAt, at, dotAt, scale } from './linalg/vectors.ts';
import { tangentDim } from './manifold.ts';
import { param, parameterLayout } from './moe.ts';
import { type NDArray, sizeOf, zeros } from './ndarray.ts';
import { makeParams } from './params.ts';
import type { MoE, MoESpec, Params } from './spec.ts';

/** Numbers of all parameters in layout order, [P], as the arrays that they are: views, not copies. */
export function asParams(spec: MoESpec, flat: Float64Array): Params {
  let offset = 0;
  return makeParams(spec, ({ shape }) => {
    const start = offset;
    offset += sizeOf(shape);
    return { shape, data: flat.subarray(start, offset) };
  });
}

/**
 * B M Bᵀ for a symmetric matrix M [P, P] over all parameters in layout order and the orthonormal tangent basis B of
 * `toTangentCoordinates` at `model`: the matrix in tangent coordinates.
 */
export function toTangentMatrix(model: MoE, matrix: NDArray): NDArray {
  return tangentRows(model, transpose(tangentRows(model, matrix)));
}

/** What `toTangentCoordinates` at `model` makes of every row of `matrix`, to its bits. */
function tangentRows(model: MoE, { data, shape: [rows = 0, columns = 0] }: NDArray): NDArray {
  const result = zeros([rows, tangentDim(model.spec)]);
  let target = 0;
  for (let start = 0; start < data.length; start += columns) {
    let from = start;
    for (const { name, manifold } of Object.values(parameterLayout(model.spec))) {
      const points = param(model.params, name);
      const length = points.data.length;
      if (manifold === 'free') {
        result.data.set(data.subarray(from, from + length), target);
        target += length;
      } else {
        const { columns: d } = matrixSize(points);
        for (let i = 0; i < length; i += d, target += d - 1) {
          reflectInto(points.data, i, data, from + i, d, result.data, target);
        }
      }
      from += length;
    }
  }
  return result;
}

/** Writes all but the first of d numbers of y under the reflection that swaps e_1 and −sign(x_1)·x, for a unit row x. */
function reflectInto(
  x: Float64Array,
  xStart: number,
  y: Float64Array,
  yStart: number,
  d: number,
  target: Float64Array,
  start: number,
): void {
  const x1 = at(x, xStart);
  const sign = x1 >= 0 ? 1 : -1;
  const alongNormal = dotAt(x, xStart, y, yStart, d) + sign * at(y, yStart);
  const factor = alongNormal / (1 + Math.abs(x1));
  for (let j = 1; j < d; j++)
    target[start + j - 1] = at(y, yStart + j) - factor * at(x, xStart + j);
}

/**
 * The vectors u by which `toTangentCoordinates` at `model` reflects the rows router 1 … m, expert 1 … m that lie on a sphere: the
 * coordinates of y are all but the first of y − u (u·y). Undefined for rows that are free.
 */
export function tangentReflections(model: MoE): (Float64Array | undefined)[] {
  const layout = parameterLayout(model.spec);
  return (['router', 'expert'] as const).flatMap((name) =>
    Array.from({ length: model.spec.experts }, (_, i) => {
      if (layout[name].manifold === 'free') return undefined;
      const x = row(model.params[name], i);
      const size = Math.abs(at(x, 0));
      const u = x.slice();
      addAt(u, 0, at(x, 0) >= 0 ? 1 : -1);
      scale(1 / Math.sqrt(1 + size), u);
      return u;
    }),
  );
}

function transpose({ data, shape: [rows = 0, columns = 0] }: NDArray): NDArray {
  const result = zeros([columns, rows]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result.data[j * rows + i] = at(data, i * columns + j);
  }
  return result;
}

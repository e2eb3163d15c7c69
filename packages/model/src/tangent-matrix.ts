import { entry, matrixSize, row } from './linalg/rows.ts';
import { tangentDim, toTangentCoordinates } from './manifold.ts';
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
  const half = transpose(tangentRows(model, matrix));
  return tangentRows(model, half);
}

function tangentRows(model: MoE, matrix: NDArray): NDArray {
  const { rows: count } = matrixSize(matrix);
  const result = zeros([count, tangentDim(model.spec)]);
  for (let i = 0; i < count; i++) {
    row(result, i).set(toTangentCoordinates(model, asParams(model.spec, row(matrix, i))));
  }
  return result;
}

function transpose(matrix: NDArray): NDArray {
  const [rows = 0, columns = 0] = matrix.shape;
  const result = zeros([columns, rows]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result.data[j * rows + i] = entry(matrix, i, j);
  }
  return result;
}

import { type NDArray, ndarray, normaliseRows, ShapeError, ValueError } from '@softmoe/model';
import { matrixSize, orthogonalise, rescaleAt, row } from '@softmoe/model/linalg';
import { normals } from './stream.ts';

/**
 * `rows` independent directions, uniform on the sphere of `dim` dimensions: normalised rows of standard normals,
 * [rows, dim]. Row i depends neither on `rows` nor on the other rows. Throws {@link ValueError} for a bad seed or size.
 */
export function randomDirections(seed: number, stream: string, rows: number, dim: number): NDArray {
  return normaliseRows(normalRows(seed, stream, rows, dim), stream);
}

/** Rows of standard normals of step 0 of a stream, [rows, dim]. */
export function normalRows(seed: number, stream: string, rows: number, dim: number): NDArray {
  return ndarray([rows, dim], normals({ seed, stream, step: 0, size: rows }, dim));
}

/** A row that keeps no more than `kept` of its length is projected again; `least` of it is nothing but rounding. */
const ORTHOGONAL = { kept: Math.SQRT1_2, least: 1e-12 };

/**
 * Orthonormal rows of the same nested spans: Gram–Schmidt, repeated for a row until it loses little length, so that the
 * result is orthonormal to rounding whatever the input. Of standard normals it is uniform over all orthonormal frames.
 * Throws {@link ShapeError} for more rows than columns and {@link ValueError} for linearly dependent rows.
 */
export function orthonormalRows(array: NDArray): NDArray {
  const { rows, columns } = matrixSize(array);
  if (rows > columns) {
    throw new ShapeError('has more rows than columns, so they cannot be orthonormal', {
      field: 'rows',
      value: [...array.shape],
      remedy: 'Use at most as many rows as columns.',
    });
  }
  const result = { shape: array.shape, data: array.data.slice() };
  const basis: Float64Array[] = [];
  for (let i = 0; i < rows; i++) {
    const x = row(result, i);
    rescaleAt(x, 0, columns);
    const length = orthogonalise(x, basis, ORTHOGONAL);
    if (length === 0) throw dependentRow(i);
    x.forEach((value, c) => {
      x[c] = value / length;
    });
    basis.push(x);
  }
  return result;
}

function dependentRow(i: number): ValueError {
  return new ValueError('is a combination of the rows before it', {
    field: `rows[${i}]`,
    value: i,
    remedy: 'Use linearly independent rows of finite numbers.',
  });
}

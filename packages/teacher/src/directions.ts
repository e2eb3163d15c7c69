import {
  dotAt,
  matrixSize,
  type NDArray,
  ndarray,
  normaliseRows,
  ShapeError,
  ValueError,
} from '@softmoe/model';
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

/** A row that keeps less than this of its length is projected again. */
const KEPT = Math.SQRT1_2;
/** A row that keeps less than this has nothing but rounding left. */
const NOTHING_LEFT = 1e-12;

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
  const data = array.data.slice();
  for (let i = 0; i < rows; i++) {
    const start = i * columns;
    const original = lengthAt(data, start, columns);
    let length = original;
    let before: number;
    do {
      before = length;
      for (let j = 0; j < i; j++) subtractProjection(data, start, j * columns, columns);
      length = lengthAt(data, start, columns);
      if (!(length > NOTHING_LEFT * original)) throw dependentRow(i);
    } while (length < KEPT * before);
    for (let c = start; c < start + columns; c++) data[c] = data[c]! / length;
  }
  return { shape: array.shape, data };
}

function subtractProjection(data: Float64Array, row: number, unit: number, columns: number): void {
  const along = dotAt(data, row, data, unit, columns);
  for (let c = 0; c < columns; c++) data[row + c] = data[row + c]! - along * data[unit + c]!;
}

function lengthAt(data: Float64Array, start: number, columns: number): number {
  return Math.sqrt(dotAt(data, start, data, start, columns));
}

function dependentRow(i: number): ValueError {
  return new ValueError('is a combination of the rows before it', {
    field: `rows[${i}]`,
    value: i,
    remedy: 'Use linearly independent rows of finite numbers.',
  });
}

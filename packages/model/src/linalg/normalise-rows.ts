import { ValueError } from '../errors.ts';
import type { NDArray } from '../ndarray.ts';
import { rescaleAt } from './norm.ts';
import { matrixSize } from './rows.ts';

/** Rows divided by their lengths, at any scale. Throws {@link ValueError} for a row that has no direction. */
export function normaliseRows(array: NDArray, field: string = 'rows'): NDArray {
  const { rows, columns } = matrixSize(array);
  const data = array.data.slice();
  for (let i = 0; i < rows; i++) {
    const start = i * columns;
    const length = rescaleAt(data, start, columns);
    if (!(length > 0) || !Number.isFinite(length)) {
      throw new ValueError('row has no direction', {
        field: `${field}[${i}]`,
        value: length,
        remedy:
          'Give finite numbers that are not all zero; if a step led here, take a smaller one.',
      });
    }
    for (let j = start; j < start + columns; j++) data[j] = data[j]! / length;
  }
  return { shape: array.shape, data };
}

import { type NDArray, zeros } from '../ndarray.ts';
import { matrixSize, row } from './rows.ts';
import { at, axpyAt, dotAt, scaleAt } from './vectors.ts';

/** Rows in turned coordinates, of which the first r hold all there is of them, and the way back. */
export interface TurnedRows {
  /** X̃ of docs/theory.md (50), [rows, r] with r = min(rows, d); lower triangular as far as it goes. */
  readonly rows: NDArray;
  /** Rows [n, d] in all d turned coordinates, in place, to the coordinates that the rows were given in. */
  turnBack(rows: NDArray): void;
}

/**
 * Turns the rows of `rows`, [R, d], into their first r coordinates by r Householder reflections, one a row, docs/theory.md
 * (50). Whatever the rank, the turn is orthogonal to rounding: no row is taken for a combination of others.
 */
export function turnRows(rows: NDArray): TurnedRows {
  const { rows: count, columns: d } = matrixSize(rows);
  const r = Math.min(count, d);
  const turned = zeros([count, r]);
  /** Row j is u of the reflection I − u uᵀ, zero before its entry j. */
  const reflections = zeros([r, d]);
  for (let i = 0; i < count; i++) {
    const rest = row(rows, i).slice();
    for (let j = 0; j < Math.min(i, r); j++) reflect(reflections, j, rest, 0);
    if (i < r) {
      const length = Math.sqrt(dotAt(rest, i, rest, i, d - i));
      if (length > 0) rest[i] = startReflection(rest, i, length, row(reflections, i));
    }
    turned.data.set(rest.subarray(0, Math.min(i + 1, r)), i * r);
  }
  return {
    rows: turned,
    turnBack({ data }) {
      for (let start = 0; start < data.length; start += d) {
        for (let j = r - 1; j >= 0; j--) reflect(reflections, j, data, start);
      }
    },
  };
}

/** Writes the u whose reflection turns x, from its entry `i` on, into that axis, and returns the entry that it becomes there. */
function startReflection(x: Float64Array, i: number, length: number, u: Float64Array): number {
  const head = at(x, i);
  const image = head < 0 ? length : -length;
  u.set(x.subarray(i), i);
  u[i] = head - image;
  scaleAt(1 / Math.sqrt(length * (length + Math.abs(head))), u, i, u, i, u.length - i);
  return image;
}

/** x −= u (u·x) for row `j` of the reflections and the numbers of `x` from `start` on. */
function reflect({ shape, data }: NDArray, j: number, x: Float64Array, start: number): void {
  const [, d = 0] = shape;
  const u = j * d + j;
  axpyAt(-dotAt(data, u, x, start + j, d - j), data, u, x, start + j, d - j);
}

import { addAt, allocate, at, dotAt } from '@softmoe/model/linalg';
import {
  addFirst,
  addMixed,
  addSecond,
  moveFirst,
  moveSecond,
  type RowMatrix,
} from './pair-slopes.ts';
import { FIRST, forEachPair, type PairRows, timesSecond, VALUE } from './pair-table.ts';

/** Zeros for 2m rows of a student by all rows of {@link PairRows}. */
export function rowMatrix(m: number, columns: number): RowMatrix {
  return { columns, data: allocate([2 * m, columns]) };
}

/** What a pair of units of those amplitudes weighs in the loss. */
function weightOf(self: boolean, ofStudents: boolean, a: number, b: number): number {
  if (self) return 0.5 * a * b;
  return ofStudents ? a * b : -a * b;
}

/** Coefficients Ω of the gradient, docs/theory.md (45), and those of the mixed derivatives (47) that are multiples of the identity. */
export function coefficientsAt(
  pairs: PairRows,
  table: Float64Array,
): { readonly slopes: RowMatrix; readonly mixed: RowMatrix } {
  const { m, columns, amplitudes: a, others } = pairs;
  const slopes = rowMatrix(m, columns);
  const mixed = rowMatrix(m, columns);
  for (let i = 0; i < m; i++) {
    forEachPair(pairs, i, (pair) => {
      const { self, ofStudents, start, v2 } = pair;
      const [x, y] = [at(a, i), at(others, v2)];
      const first = table.slice(start + FIRST, start + FIRST + pairs.variables);
      const weight = weightOf(self, ofStudents, x, y);
      const weighted = first.map((slope) => weight * slope);
      addFirst(slopes, pair, weighted);
      if (!ofStudents) return;
      addSecond(slopes, pair, weighted);
      addMixed(
        mixed,
        pair,
        first.map((slope) => x * y * slope),
      );
    });
  }
  return { slopes, mixed };
}

/**
 * Coefficients dΩ and changes of the amplitudes' gradient along a direction, docs/theory.md (46): of the rows by their inner
 * `products` with all rows, of the amplitudes by `da`.
 */
export function writeHessian(
  pairs: PairRows,
  table: Float64Array,
  products: RowMatrix,
  da: Float64Array,
  weights: RowMatrix,
  change: Float64Array,
): void {
  const { amplitudes: a, others, variables } = pairs;
  const moved = new Float64Array(variables);
  const second = new Float64Array(variables);
  const slopes = new Float64Array(variables);
  for (const [i, x] of a.entries()) {
    const dx = at(da, i);
    forEachPair(pairs, i, (pair) => {
      const { self, ofStudents, start, v2 } = pair;
      const y = at(others, v2);
      moveFirst(products, pair, moved);
      if (ofStudents) {
        moveSecond(products, pair, slopes);
        for (let o = 0; o < variables; o++) addAt(moved, o, at(slopes, o));
      }
      timesSecond(table, start, moved, second);
      const dy = ofStudents ? at(da, v2) : 0;
      const weight = weightOf(self, ofStudents, x, y);
      const weightChange = weightOf(self, ofStudents, dx, y) + weightOf(self, ofStudents, x, dy);
      for (let o = 0; o < variables; o++) {
        slopes[o] = weight * at(second, o) + weightChange * at(table, start + FIRST + o);
      }
      addFirst(weights, pair, slopes);
      const value = at(table, start + VALUE);
      const valueChange = dotAt(table, start + FIRST, moved, 0, variables);
      if (!ofStudents) {
        addAt(change, i, -y * valueChange);
        return;
      }
      addSecond(weights, pair, slopes);
      addAt(change, i, y * valueChange + dy * value);
      if (!self) addAt(change, v2, x * valueChange + dx * value);
    });
  }
}

/** Coefficients and changes of the amplitudes' gradient along a direction by the mixed derivatives alone, docs/theory.md (47). */
export function writeGaussNewton(
  pairs: PairRows,
  table: Float64Array,
  products: RowMatrix,
  da: Float64Array,
  weights: RowMatrix,
  change: Float64Array,
): void {
  const { amplitudes: a, variables } = pairs;
  const moved = new Float64Array(variables);
  const slopes = new Float64Array(variables);
  /** The slopes at one unit, of amplitude `x`, that the other one contributes, and its part of the amplitude's gradient. */
  const respond = (start: number, x: number, y: number, dy: number) => {
    timesSecond(table, start, moved, slopes);
    for (let o = 0; o < variables; o++) {
      slopes[o] = x * (y * at(slopes, o) + dy * at(table, start + FIRST + o));
    }
    return y * dotAt(table, start + FIRST, moved, 0, variables) + dy * at(table, start + VALUE);
  };
  for (const [i, x] of a.entries()) {
    forEachPair(pairs, i, (pair) => {
      if (!pair.ofStudents) return;
      const { self, start, v2: l } = pair;
      moveSecond(products, pair, moved);
      addAt(change, i, respond(start, x, at(a, l), at(da, l)));
      addFirst(weights, pair, slopes);
      if (self) return;
      moveFirst(products, pair, moved);
      addAt(change, l, respond(start, at(a, l), x, at(da, i)));
      addSecond(weights, pair, slopes);
    });
  }
}

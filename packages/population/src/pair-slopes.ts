import { addAt, at } from '@softmoe/model/linalg';
import type { Pair } from './pair-table.ts';
import {
  ALPHA1,
  ALPHA2,
  BETA1,
  BETA2,
  GAMMA,
  LENGTH1,
  LENGTH2,
  OVERLAPS,
  RHO,
} from './pair-variables.ts';

/** Coefficients of rows in rows of `PairRows`, or inner products of the former with the latter: [2m, columns]. */
export interface RowMatrix {
  readonly data: Float64Array;
  readonly columns: number;
}

/**
 * How the variables of a pair change, into `moved`, where the rows of unit 1 move and those of unit 2 stand still. `products` are
 * the inner products of the changes of the student's rows with all rows.
 */
export function moveFirst(
  { data, columns }: RowMatrix,
  { v1, w1, v2, w2 }: Pair,
  moved: Float64Array,
): void {
  const v = v1 * columns;
  const w = w1 * columns;
  moved[GAMMA] = at(data, w + w2);
  moved[ALPHA1] = at(data, w + v1) + at(data, v + w1);
  moved[BETA1] = at(data, w + v2);
  moved[ALPHA2] = at(data, v + w2);
  moved[BETA2] = 0;
  moved[RHO] = at(data, v + v2);
  if (moved.length === OVERLAPS) return;
  moved[LENGTH1] = at(data, v + v1);
  moved[LENGTH2] = 0;
}

/** How the variables of a pair change, into `moved`, where unit 2, a student, moves and unit 1 stands still. */
export function moveSecond(
  { data, columns }: RowMatrix,
  { v1, w1, v2, w2 }: Pair,
  moved: Float64Array,
): void {
  const v = v2 * columns;
  const w = w2 * columns;
  moved[GAMMA] = at(data, w + w1);
  moved[ALPHA1] = 0;
  moved[BETA1] = at(data, v + w1);
  moved[ALPHA2] = at(data, w + v1);
  moved[BETA2] = at(data, w + v2) + at(data, v + w2);
  moved[RHO] = at(data, v + v1);
  if (moved.length === OVERLAPS) return;
  moved[LENGTH1] = 0;
  moved[LENGTH2] = at(data, v + v2);
}

/** Adds to the coefficients of the rows of unit 1 what slopes by the variables of a pair contribute, docs/theory.md (45). */
export function addFirst(
  { data, columns }: RowMatrix,
  { v1, w1, v2, w2 }: Pair,
  slopes: Float64Array,
): void {
  const v = v1 * columns;
  const w = w1 * columns;
  addAt(data, w + w2, at(slopes, GAMMA));
  addAt(data, w + v1, at(slopes, ALPHA1));
  addAt(data, v + w1, at(slopes, ALPHA1));
  addAt(data, w + v2, at(slopes, BETA1));
  addAt(data, v + w2, at(slopes, ALPHA2));
  addAt(data, v + v2, at(slopes, RHO));
  if (slopes.length > OVERLAPS) addAt(data, v + v1, at(slopes, LENGTH1));
}

/** Adds to the coefficients of the rows of unit 2, a student, what slopes by the variables of a pair contribute. */
export function addSecond(
  { data, columns }: RowMatrix,
  { v1, w1, v2, w2 }: Pair,
  slopes: Float64Array,
): void {
  const v = v2 * columns;
  const w = w2 * columns;
  addAt(data, w + w1, at(slopes, GAMMA));
  addAt(data, w + v2, at(slopes, BETA2));
  addAt(data, v + w2, at(slopes, BETA2));
  addAt(data, v + w1, at(slopes, BETA1));
  addAt(data, w + v1, at(slopes, ALPHA2));
  addAt(data, v + v1, at(slopes, RHO));
  if (slopes.length > OVERLAPS) addAt(data, v + v2, at(slopes, LENGTH2));
}

/**
 * Adds to the coefficients of the rows of both units, two students, the mixed derivatives by a row of one and a row of the other
 * where they are multiples of the identity: `slopes` by the overlap of the two rows, docs/theory.md (47).
 */
export function addMixed(
  { data, columns }: RowMatrix,
  { v1, w1, v2, w2, self }: Pair,
  slopes: Float64Array,
): void {
  const add = (x: number, y: number, overlap: number) => {
    addAt(data, x * columns + y, at(slopes, overlap));
    if (!self) addAt(data, y * columns + x, at(slopes, overlap));
  };
  add(w1, w2, GAMMA);
  add(w1, v2, BETA1);
  add(v1, w2, ALPHA2);
  add(v1, v2, RHO);
}

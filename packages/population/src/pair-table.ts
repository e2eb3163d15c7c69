import type { MoE } from '@softmoe/model';
import { addAt, allocate, at, dotAt, multiplyTransposed, type Steps } from '@softmoe/model/linalg';
import type { PairKernel } from './pair-kernel.ts';
import { pairKernels, readyFor, type UnitRouters } from './unit-routers.ts';

/** A student and its teacher as the pairs of units see them: all rows in one matrix, in a fixed order. */
export interface PairRows {
  /** Numbers that a pair depends on: the overlaps, and two lengths where routers have lengths of their own. */
  readonly variables: number;
  readonly m: number;
  readonly k: number;
  /** Coordinates of a row. */
  readonly r: number;
  /** 2(m + k), rounded up to a multiple of four with rows of zeros. */
  readonly columns: number;
  /** Routers 0 … m − 1 and experts m … 2m − 1 of the student, then routers and experts of the teacher, [columns, r]. */
  readonly rows: Float64Array;
  /** Of the student, [m]. */
  readonly amplitudes: Float64Array;
  /** The amplitude of the unit that each router row belongs to, by the number of the row, [2m + k]. */
  readonly others: Float64Array;
}

/** The rows of two models of one input dimension with unit routers. */
export function pairRows(student: MoE, teacher: MoE, variables: number): PairRows {
  const { experts: m, inputDim: r } = student.spec;
  const k = teacher.spec.experts;
  const columns = 4 * Math.ceil((m + k) / 2);
  const rows = allocate([columns, r]);
  const { router, expert, amplitude } = student.params;
  const parts = [router, expert, teacher.params.router, teacher.params.expert];
  let offset = 0;
  for (const { data } of parts) {
    rows.set(data, offset);
    offset += data.length;
  }
  const others = new Float64Array(2 * m + k);
  others.set(amplitude.data);
  others.set(teacher.params.amplitude.data, 2 * m);
  return { variables, m, k, r, columns, rows, amplitudes: amplitude.data, others };
}

/** A pair of units by the numbers of their rows in {@link PairRows}: unit 1 is a student's, of number `v1`; unit 2 is any. */
export interface Pair {
  readonly v1: number;
  readonly w1: number;
  readonly v2: number;
  readonly w2: number;
  /** Where its numbers begin in the table. */
  readonly start: number;
  /** Whether both are one student. */
  readonly self: boolean;
  /** Whether unit 2 is a student too, of number `v2`: else it is the teacher's number `v2 − 2m`. */
  readonly ofStudents: boolean;
}

/**
 * Every pair that the loss consists of, in the order of {@link pairTable}: for each student i the students from i on, then the
 * teacher's units. `visit` is called with one object that changes from pair to pair.
 */
export function forEachPair(
  { m, k, variables }: PairRows,
  i: number,
  visit: (pair: Pair) => void,
): void {
  const entries = entriesOf(variables);
  const before = i * (m + k) - (i * (i - 1)) / 2;
  const pair = {
    start: before * entries,
    v1: i,
    w1: m + i,
    v2: i,
    w2: m + i,
    self: true,
    ofStudents: true,
  };
  for (let l = i; l < m; l++, pair.start += entries) {
    pair.v2 = l;
    pair.w2 = m + l;
    pair.self = l === i;
    visit(pair);
  }
  pair.ofStudents = false;
  for (let j = 0; j < k; j++, pair.start += entries) {
    pair.v2 = 2 * m + j;
    pair.w2 = 2 * m + k + j;
    pair.self = false;
    visit(pair);
  }
}

/** Where in the row of a pair its value and its first derivatives begin; second ones follow, those of the upper triangle. */
export const VALUE = 0;
export const FIRST = 1;

/** Numbers in the row of a pair: 28 of six overlaps, 45 where two lengths come with them. */
function entriesOf(variables: number): number {
  return FIRST + variables + (variables * (variables + 1)) / 2;
}

/**
 * E[u₁u₂] of every pair with its first and second derivatives by the six overlaps, and by two lengths where routers have lengths of
 * their own, [m(m + 1)/2 + mk, 28 or 45], docs/theory.md (7) and (11): all that products with the Hessian need to know of the
 * gates and experts. Yields the number of students done. Throws `UnsupportedError` for units without a closed form.
 */
export type PairTable = (
  pairs: PairRows,
  student: UnitRouters,
  teacher: UnitRouters,
) => Steps<Float64Array>;

/** {@link PairTable} in JavaScript: the reference for the kernels. */
export const pairTable: PairTable = function* (pairs, student, teacher) {
  const { m, k, r, columns, rows, variables } = pairs;
  const kernels = pairKernels(student.model.spec, teacher, 2);
  readyFor(kernels, student);
  const table = allocate([(m * (m + 1)) / 2 + m * k, entriesOf(variables)]);
  const overlaps = new Float64Array(2 * m * columns);
  multiplyTransposed(rows, 2 * m, rows, columns, r, overlaps);
  const overlap = (x: number, y: number) => at(overlaps, x * columns + y);
  for (let i = 0; i < m; i++) {
    forEachPair(pairs, i, ({ start, v1, w1, v2, w2, self, ofStudents }) => {
      const kernel = ofStudents ? kernels.students : kernels.teachers;
      kernel.between(i, ofStudents ? v2 : v2 - 2 * m);
      table[start + VALUE] = kernel.evaluate(
        self ? 1 : overlap(w1, w2),
        overlap(w1, v1),
        overlap(w1, v2),
        overlap(v1, w2),
        ofStudents ? overlap(w2, v2) : dotAt(rows, w2 * r, rows, v2 * r, r),
        self ? 1 : overlap(v1, v2),
      );
      writeDerivatives(kernel, variables, table, start);
    });
    yield i + 1;
  }
  return table;
};

function writeDerivatives(
  kernel: PairKernel,
  variables: number,
  table: Float64Array,
  start: number,
): void {
  let second = start + FIRST + variables;
  for (let o = 0; o < variables; o++) {
    table[start + FIRST + o] = kernel.derivative(o);
    for (let p = o; p < variables; p++) table[second++] = kernel.secondDerivative(o, p);
  }
}

/** `change` = ∂²E/∂o∂o′·`moved`, [variables] each, from the table's numbers of the pair that begin at `start`. */
export function timesSecond(
  table: Float64Array,
  start: number,
  moved: Float64Array,
  change: Float64Array,
): void {
  change.fill(0);
  const variables = moved.length;
  let next = start + FIRST + variables;
  for (let o = 0; o < variables; o++) {
    const x = at(moved, o);
    addAt(change, o, at(table, next++) * x);
    for (let p = o + 1; p < variables; p++) {
      const second = at(table, next++);
      addAt(change, o, second * at(moved, p));
      addAt(change, p, second * x);
    }
  }
}

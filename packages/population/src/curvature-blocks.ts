import type { MoE, NDArray } from '@softmoe/model';
import { addEntry, axpy, axpyAt, type Blocks, matrixSize, row, zeros } from '@softmoe/model/linalg';
import { evaluatePair } from './pair-expectations.ts';
import type { PairKernel } from './pair-kernel.ts';
import { ALPHA1, ALPHA2, BETA1, BETA2, GAMMA, LENGTH1, LENGTH2, RHO } from './pair-variables.ts';
import { pairKernels, readyFor, type UnitRouters } from './unit-routers.ts';

/** What a unit is differentiated by: its router v or its expert w. */
type Slot = 'v' | 'w';
const SLOTS: readonly Slot[] = ['v', 'w'];

/** The rows of a pair of units. */
type PairRows = { readonly [Row in 'v1' | 'w1' | 'v2' | 'w2']: Float64Array };

/** An overlap that depends on a slot, and the row that its gradient by the slot is. */
interface Direction {
  /** Number of the overlap, or of the length. */
  readonly overlap: number;
  readonly row: keyof PairRows;
}

/** The overlaps that depend on each slot of unit 1. */
const unit1: Readonly<Record<Slot, readonly Direction[]>> = {
  v: [
    { overlap: ALPHA1, row: 'w1' },
    { overlap: ALPHA2, row: 'w2' },
    { overlap: RHO, row: 'v2' },
    { overlap: LENGTH1, row: 'v1' },
  ],
  w: [
    { overlap: ALPHA1, row: 'v1' },
    { overlap: BETA1, row: 'v2' },
    { overlap: GAMMA, row: 'w2' },
  ],
};
/** The overlaps that depend on each slot of unit 2. */
const unit2: Readonly<Record<Slot, readonly Direction[]>> = {
  v: [
    { overlap: BETA2, row: 'w2' },
    { overlap: BETA1, row: 'w1' },
    { overlap: RHO, row: 'v1' },
    { overlap: LENGTH2, row: 'v2' },
  ],
  w: [
    { overlap: BETA2, row: 'v2' },
    { overlap: ALPHA2, row: 'v1' },
    { overlap: GAMMA, row: 'w1' },
  ],
};
/** The overlap that is bilinear in a slot of unit 1 and a slot of unit 2: its mixed derivative is the identity. */
const mixedOverlap: Readonly<Record<Slot, Readonly<Record<Slot, number>>>> = {
  v: { v: RHO, w: ALPHA2 },
  w: { v: BETA1, w: GAMMA },
};

/**
 * Hessian and Gauss–Newton matrix in ambient coordinates: span block [m(2r+1)]², complement block [2m]². Where routers have lengths of
 * their own, derivatives are those by unit routers, docs/theory.md (69), and those by lengths are 0 elsewhere.
 */
export function euclideanBlocks(
  unitStudent: UnitRouters,
  unitTeacher: UnitRouters,
): { span: Blocks; complement: Blocks } {
  const { model: student } = unitStudent;
  const { model: teacher } = unitTeacher;
  const { experts: m, inputDim: r } = student.spec;
  const size = m * (2 * r + 1);
  const span = { hessian: zeros([size, size]), gaussNewton: zeros([size, size]) };
  const complement = { hessian: zeros([2 * m, 2 * m]), gaussNewton: zeros([2 * m, 2 * m]) };
  /** Where a slot of a unit stands among the 2m rows: routers first, then experts. */
  const place = (slot: Slot, unit: number) => (slot === 'v' ? unit : m + unit);
  const offset = (slot: Slot, unit: number) => place(slot, unit) * r;
  const amplitudeOffset = 2 * m * r;
  const kernels = pairKernels(student.spec, unitTeacher, 2);
  readyFor(kernels, unitStudent);
  const { students: studentPairs, teachers: teacherPairs } = kernels;

  for (const [i, a] of student.params.amplitude.data.entries()) {
    for (const [l, b] of student.params.amplitude.data.entries()) {
      const value = evaluatePair(studentPairs, student, i, student, l);
      const rows = rowsOf(student, i, student, l);
      addWithinUnit(studentPairs, rows, i, a * b, b);
      for (const s of SLOTS) {
        for (const t of SLOTS) {
          const identity = a * b * studentPairs.derivative(mixedOverlap[s][t]);
          const at = [offset(s, i), offset(t, l)] as const;
          for (const target of [span.hessian, span.gaussNewton]) {
            addOuterProducts(target, at, unit1[s], unit2[t], studentPairs, rows, a * b);
            addIdentity(target, at, r, identity);
          }
          for (const target of [complement.hessian, complement.gaussNewton]) {
            addEntry(target, place(s, i), place(t, l), identity);
          }
        }
      }
      for (const t of SLOTS) {
        for (const { overlap, row } of unit2[t]) {
          const scale = b * studentPairs.derivative(overlap);
          for (const target of [span.hessian, span.gaussNewton]) {
            addBorder(target, amplitudeOffset + i, offset(t, l), rows[row], scale);
          }
        }
      }
      addEntry(span.hessian, amplitudeOffset + i, amplitudeOffset + l, value);
      addEntry(span.gaussNewton, amplitudeOffset + i, amplitudeOffset + l, value);
    }
    for (const [j, b] of teacher.params.amplitude.data.entries()) {
      evaluatePair(teacherPairs, student, i, teacher, j);
      addWithinUnit(teacherPairs, rowsOf(student, i, teacher, j), i, a * -b, -b);
    }
  }
  return { span, complement };

  /** The residual's part: second derivatives in unit 1 alone, times `weight`; its amplitude's border, times `border`. */
  function addWithinUnit(
    kernel: PairKernel,
    rows: PairRows,
    i: number,
    weight: number,
    border: number,
  ): void {
    for (const s of SLOTS) {
      for (const t of SLOTS) {
        const at = [offset(s, i), offset(t, i)] as const;
        addOuterProducts(span.hessian, at, unit1[s], unit1[t], kernel, rows, weight);
        if (s === 'w' && t === 'w') continue;
        const identity = weight * kernel.derivative(s === t ? LENGTH1 : ALPHA1);
        addIdentity(span.hessian, at, r, identity);
        addEntry(complement.hessian, place(s, i), place(t, i), identity);
      }
      for (const { overlap, row } of unit1[s]) {
        const scale = border * kernel.derivative(overlap);
        addBorder(span.hessian, amplitudeOffset + i, offset(s, i), rows[row], scale);
      }
    }
  }
}

function rowsOf(a: MoE, i: number, b: MoE, j: number): PairRows {
  return {
    v1: row(a.params.router, i),
    w1: row(a.params.expert, i),
    v2: row(b.params.router, j),
    w2: row(b.params.expert, j),
  };
}

/** Adds weight·Σ ∂²E/∂o∂o' row_o ⊗ row_{o'} over the overlaps o of one slot and o' of the other. */
function addOuterProducts(
  target: NDArray,
  [top, left]: readonly [number, number],
  first: readonly Direction[],
  other: readonly Direction[],
  kernel: PairKernel,
  rows: PairRows,
  weight: number,
): void {
  const { columns: size } = matrixSize(target);
  const r = rows.v1.length;
  for (const x of first) {
    const combined = new Float64Array(r);
    for (const y of other) {
      axpy(weight * kernel.secondDerivative(x.overlap, y.overlap), rows[y.row], combined);
    }
    for (const [p, scale] of rows[x.row].entries()) {
      axpyAt(scale, combined, 0, target.data, (top + p) * size + left, r);
    }
  }
}

function addIdentity(
  target: NDArray,
  [top, left]: readonly [number, number],
  r: number,
  value: number,
): void {
  for (let p = 0; p < r; p++) addEntry(target, top + p, left + p, value);
}

/** Adds scale·vector to a row of the matrix and to the same column. */
function addBorder(
  target: NDArray,
  index: number,
  start: number,
  vector: Float64Array,
  scale: number,
): void {
  vector.forEach((x, c) => {
    addEntry(target, index, start + c, scale * x);
    addEntry(target, start + c, index, scale * x);
  });
}

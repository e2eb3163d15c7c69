import type { MoE, NDArray } from '@softmoe/model';
import { addAt, addEntry, axpy, type Blocks, matrixSize, row, zeros } from '@softmoe/model/linalg';
import { evaluatePair } from './pair-expectations.ts';
import { ALPHA1, ALPHA2, BETA1, BETA2, GAMMA, OVERLAPS, PairKernel, RHO } from './pair-kernel.ts';

/** The rows that a unit's own derivative runs along: slot 0 is the router v, slot 1 the expert w. */
interface Direction {
  readonly overlap: number;
  readonly row: number;
}

/** Rows of a pair: v₁, w₁, v₂, w₂. */
const V1 = 0;
const W1 = 1;
const V2 = 2;
const W2 = 3;

/** ∂(overlap)/∂(v or w) of unit 1 and of unit 2: which overlaps depend on the slot, and the row each gives. */
const unit1: readonly (readonly Direction[])[] = [
  [
    { overlap: ALPHA1, row: W1 },
    { overlap: ALPHA2, row: W2 },
    { overlap: RHO, row: V2 },
  ],
  [
    { overlap: ALPHA1, row: V1 },
    { overlap: BETA1, row: V2 },
    { overlap: GAMMA, row: W2 },
  ],
];
const unit2: readonly (readonly Direction[])[] = [
  [
    { overlap: BETA2, row: W2 },
    { overlap: BETA1, row: W1 },
    { overlap: RHO, row: V1 },
  ],
  [
    { overlap: BETA2, row: V2 },
    { overlap: ALPHA2, row: V1 },
    { overlap: GAMMA, row: W1 },
  ],
];
/** The overlap that is bilinear in a slot of unit 1 and a slot of unit 2: its mixed derivative is the identity. */
const mixedOverlap: readonly (readonly number[])[] = [
  [RHO, ALPHA2],
  [BETA1, GAMMA],
];

/** Hessian and Gauss–Newton matrix in ambient coordinates: span block [m(2r+1)]², complement block [2m]². */
export function euclideanBlocks(student: MoE, teacher: MoE): { span: Blocks; complement: Blocks } {
  const { experts: m, inputDim: r } = student.spec;
  const k = teacher.spec.experts;
  const size = m * (2 * r + 1);
  const span = { hessian: zeros([size, size]), gaussNewton: zeros([size, size]) };
  const complement = { hessian: zeros([2 * m, 2 * m]), gaussNewton: zeros([2 * m, 2 * m]) };
  const amplitude = student.params.amplitude.data;
  const teacherAmplitude = teacher.params.amplitude.data;
  const offset = (slot: number, unit: number) => (slot * m + unit) * r;
  const amplitudeOffset = 2 * m * r;
  const studentPairs = new PairKernel(student.spec, student.spec, 2);
  const teacherPairs = new PairKernel(student.spec, teacher.spec, 2);

  for (let i = 0; i < m; i++) {
    const a = amplitude[i]!;
    for (let l = 0; l < m; l++) {
      const b = amplitude[l]!;
      const value = evaluatePair(studentPairs, student, i, student, l);
      const rows = rowsOf(student, i, student, l);
      const { first } = studentPairs;
      addWithinUnit(studentPairs, rows, i, a * b, b);
      unit1.forEach((ofFirst, s) => {
        unit2.forEach((ofSecond, t) => {
          const identity = a * b * first[mixedOverlap[s]![t]!]!;
          const at = [offset(s, i), offset(t, l)] as const;
          for (const target of [span.hessian, span.gaussNewton]) {
            addOuterProducts(target, at, ofFirst, ofSecond, studentPairs.second, rows, a * b);
            addIdentity(target, at, r, identity);
          }
          for (const target of [complement.hessian, complement.gaussNewton]) {
            addEntry(target, s * m + i, t * m + l, identity);
          }
        });
      });
      unit2.forEach((ofSecond, t) => {
        for (const { overlap, row: index } of ofSecond) {
          for (const target of [span.hessian, span.gaussNewton]) {
            addBorder(target, amplitudeOffset + i, offset(t, l), rows[index]!, b * first[overlap]!);
          }
        }
      });
      addEntry(span.hessian, amplitudeOffset + i, amplitudeOffset + l, value);
      addEntry(span.gaussNewton, amplitudeOffset + i, amplitudeOffset + l, value);
    }
    for (let j = 0; j < k; j++) {
      const b = -teacherAmplitude[j]!;
      evaluatePair(teacherPairs, student, i, teacher, j);
      const rows = rowsOf(student, i, teacher, j);
      addWithinUnit(teacherPairs, rows, i, a * b, b);
    }
  }
  return { span, complement };

  /** The residual's part: second derivatives in unit 1 alone, times `weight`; its amplitude's border, times `border`. */
  function addWithinUnit(
    kernel: PairKernel,
    rows: readonly Float64Array[],
    i: number,
    weight: number,
    border: number,
  ): void {
    const { first, second } = kernel;
    unit1.forEach((directions, s) => {
      unit1.forEach((others, t) => {
        const at = [offset(s, i), offset(t, i)] as const;
        addOuterProducts(span.hessian, at, directions, others, second, rows, weight);
        if (s === t) return;
        addIdentity(span.hessian, at, r, weight * first[ALPHA1]!);
        addEntry(complement.hessian, s * m + i, t * m + i, weight * first[ALPHA1]!);
      });
      for (const { overlap, row: index } of directions) {
        addBorder(
          span.hessian,
          amplitudeOffset + i,
          offset(s, i),
          rows[index]!,
          border * first[overlap]!,
        );
      }
    });
  }
}

/** The rows v₁, w₁, v₂, w₂ of a pair. */
function rowsOf(a: MoE, i: number, b: MoE, j: number): readonly Float64Array[] {
  return [
    row(a.params.router, i),
    row(a.params.expert, i),
    row(b.params.router, j),
    row(b.params.expert, j),
  ];
}

/** Adds weight·Σ second[o, o'] row_o ⊗ row_{o'} over the overlaps o of one slot and o' of the other. */
function addOuterProducts(
  target: NDArray,
  [top, left]: readonly [number, number],
  first: readonly Direction[],
  other: readonly Direction[],
  second: Float64Array,
  rows: readonly Float64Array[],
  weight: number,
): void {
  const { columns: size } = matrixSize(target);
  const r = rows[0]!.length;
  for (const x of first) {
    const combined = new Float64Array(r);
    for (const y of other) {
      const scale = weight * second[x.overlap * OVERLAPS + y.overlap]!;
      axpy(scale, rows[y.row]!, combined);
    }
    rows[x.row]!.forEach((scale, p) => {
      const start = (top + p) * size + left;
      for (let c = 0; c < r; c++) addAt(target.data, start + c, scale * combined[c]!);
    });
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

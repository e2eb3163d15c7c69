import type { MoE, NDArray } from '@softmoe/model';
import { type Blocks, row, zeros } from '@softmoe/model/linalg';
import { evaluatePair } from './pair.ts';
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
      for (let s = 0; s < 2; s++) {
        for (let t = 0; t < 2; t++) {
          const identity = a * b * first[mixedOverlap[s]![t]!]!;
          const at = [offset(s, i), offset(t, l)] as const;
          for (const target of [span.hessian, span.gaussNewton]) {
            addOuterProducts(target, at, unit1[s]!, unit2[t]!, studentPairs.second, rows, a * b);
            addIdentity(target, at, r, identity);
          }
          for (const target of [complement.hessian, complement.gaussNewton]) {
            addAt(target, s * m + i, t * m + l, identity);
          }
        }
      }
      for (let t = 0; t < 2; t++) {
        for (const { overlap, row: index } of unit2[t]!) {
          for (const target of [span.hessian, span.gaussNewton]) {
            addBorder(target, amplitudeOffset + i, offset(t, l), rows[index]!, b * first[overlap]!);
          }
        }
      }
      addAt(span.hessian, amplitudeOffset + i, amplitudeOffset + l, value);
      addAt(span.gaussNewton, amplitudeOffset + i, amplitudeOffset + l, value);
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
    for (let s = 0; s < 2; s++) {
      for (let t = 0; t < 2; t++) {
        const at = [offset(s, i), offset(t, i)] as const;
        addOuterProducts(span.hessian, at, unit1[s]!, unit1[t]!, second, rows, weight);
        if (s === t) continue;
        addIdentity(span.hessian, at, r, weight * first[ALPHA1]!);
        addAt(complement.hessian, s * m + i, t * m + i, weight * first[ALPHA1]!);
      }
      for (const { overlap, row: index } of unit1[s]!) {
        addBorder(
          span.hessian,
          amplitudeOffset + i,
          offset(s, i),
          rows[index]!,
          border * first[overlap]!,
        );
      }
    }
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
  const size = target.shape[1]!;
  const r = rows[0]!.length;
  for (const x of first) {
    const left1 = rows[x.row]!;
    const combined = new Float64Array(r);
    for (const y of other) {
      const scale = weight * second[x.overlap * OVERLAPS + y.overlap]!;
      const source = rows[y.row]!;
      for (let c = 0; c < r; c++) combined[c] = combined[c]! + scale * source[c]!;
    }
    for (let p = 0; p < r; p++) {
      const start = (top + p) * size + left;
      const scale = left1[p]!;
      for (let c = 0; c < r; c++) {
        target.data[start + c] = target.data[start + c]! + scale * combined[c]!;
      }
    }
  }
}

function addIdentity(
  target: NDArray,
  [top, left]: readonly [number, number],
  r: number,
  value: number,
): void {
  for (let p = 0; p < r; p++) addAt(target, top + p, left + p, value);
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
    addAt(target, index, start + c, scale * x);
    addAt(target, start + c, index, scale * x);
  });
}

/** Adds `value` to an entry of a matrix. */
function addAt(target: NDArray, i: number, j: number, value: number): void {
  const at = i * target.shape[1]! + j;
  target.data[at] = target.data[at]! + value;
}

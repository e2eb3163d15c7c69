import { ShapeError } from '../errors.ts';
import { orthogonalise, subtractProjections } from '../linalg/gram-schmidt.ts';
import { rescaleAt, scaleOf } from '../linalg/norm.ts';
import { matrixSize, row } from '../linalg/rows.ts';
import { retract } from '../manifold.ts';
import { requireModel } from '../moe.ts';
import { allocate, type NDArray, zeros } from '../ndarray.ts';
import type { MoE } from '../spec.ts';
import { type Frame, frameOf, requireSameFrame, specIn } from './frame.ts';

/** The frame of span{V*, W*, V, W}, docs/theory.md (14), r ≤ min(d, 2(m + k)), with the student and teacher in it. */
export interface Span extends Frame {
  readonly student: MoE;
  readonly teacher: MoE;
}

/**
 * A row whose part outside the basis is shorter than `least` lies in it to rounding. When it loses more than `kept` of its
 * length to the basis, rounding calls for a second pass.
 */
const ORTHOGONAL = { kept: 0.5, least: 1e-14 };

/**
 * Rotates a student and its teacher into the span of their rows. All population expectations depend on inner products
 * only, and every population flow stays in this span, so a run in r ≤ 2(m + k) coordinates is the run in d. The
 * rotation and the lift cost O(d·r²); nothing in between depends on d. Throws a typed error for what is no model, and for
 * models of different input dimensions or frames.
 */
export function toSpan(student: MoE, teacher: MoE): Span {
  requireModel('student', student);
  requireModel('teacher', teacher);
  requireSameInputs('student', student, teacher);
  const d = student.spec.inputDim;
  const basis: Float64Array[] = [];
  const storage = allocate([Math.min(d, 2 * (student.spec.experts + teacher.spec.experts)), d]);
  const extendBy = ({ params: { router, expert } }: MoE) => ({
    router: extendBasis(router, basis, storage),
    expert: extendBasis(expert, basis, storage),
  });
  const ofTeacher = extendBy(teacher);
  const ofStudent = extendBy(student);
  const r = basis.length;
  const frame = frameOf({ shape: [r, d], data: storage.subarray(0, r * d) }, student.spec.frame);
  const rotated = ({ spec, params }: MoE, rows: ReturnType<typeof extendBy>): MoE =>
    retract(specIn(spec, r, frame.name), {
      ...params,
      router: pad(rows.router, r),
      expert: pad(rows.expert, r),
    });
  return { ...frame, teacher: rotated(teacher, ofTeacher), student: rotated(student, ofStudent) };
}

/** Throws {@link ShapeError} unless both models take inputs of one dimension in coordinates of one frame. */
export function requireSameInputs(field: string, model: MoE, other: MoE): void {
  requireSameFrame(field, model, other);
  if (model.spec.inputDim === other.spec.inputDim) return;
  throw new ShapeError(`differs from that of the other model, ${other.spec.inputDim}`, {
    field: `${field}.spec.inputDim`,
    value: model.spec.inputDim,
    remedy: 'Compare models of the same input dimension.',
  });
}

/**
 * Extends `basis`, whose vectors follow one another in `storage`, by the new directions among the rows, and returns the
 * coordinates of each row, as far as the basis went.
 */
function extendBasis(rows: NDArray, basis: Float64Array[], storage: Float64Array): Float64Array[] {
  const { rows: count, columns: d } = matrixSize(rows);
  return Array.from({ length: count }, (_, i) => {
    const rest = row(rows, i).slice();
    const scale = scaleOf(rest);
    if (scale !== 1) rescaleAt(rest, 0, d);
    const coordinates = new Float64Array(Math.min(basis.length + 1, d));
    if (basis.length === d) {
      subtractProjections(rest, basis, coordinates);
      return coordinates.map((x) => x / scale);
    }
    const left = orthogonalise(rest, basis, ORTHOGONAL, coordinates);
    if (left > 0) {
      const start = basis.length * d;
      storage.set(
        rest.map((x) => x / left),
        start,
      );
      coordinates[basis.length] = left;
      basis.push(storage.subarray(start, start + d));
    }
    return coordinates.map((x) => x / scale);
  });
}

function pad(rows: readonly Float64Array[], columns: number): NDArray {
  const result = zeros([rows.length, columns]);
  rows.forEach((coordinates, i) => {
    result.data.set(coordinates.subarray(0, columns), i * columns);
  });
  return result;
}

import {
  addProduct,
  allocate,
  dotAt,
  type MoE,
  matrixSize,
  type NDArray,
  requireModel,
  retract,
  row,
  zeros,
} from '@softmoe/model';
import { checkSameInputs, stackRows } from './overlaps.ts';

/** A student and its teacher in coordinates of an orthonormal basis of span{V*, W*, V, W}, docs/theory.md (14). */
export interface Span {
  readonly student: MoE;
  readonly teacher: MoE;
  /** The basis as orthonormal rows, [r, d] with r ≤ min(d, 2(m + k)). */
  readonly basis: NDArray;
  /** A model in span coordinates, [m, r], back in the original space, [m, d]. */
  lift(model: MoE): MoE;
}

/** A row whose part outside the basis is shorter than this lies in it to rounding. */
const DEPENDENT = 1e-14;
/** When a row loses more than this share of its length to the basis, rounding calls for a second pass. */
const REORTHOGONALISE = 0.5;

/**
 * Rotates a student and its teacher into the span of their rows. All population expectations depend on inner products
 * only, and every population flow stays in this span, so a run in r ≤ 2(m + k) coordinates is the run in d. The
 * rotation and the lift cost O(d·r²); nothing in between depends on d. Throws a typed error for what is no model, and for
 * models of different input dimensions.
 */
export function toSpan(student: MoE, teacher: MoE): Span {
  requireModel('student', student);
  requireModel('teacher', teacher);
  checkSameInputs(student, teacher, 'student.spec.inputDim');
  const basis: Float64Array[] = [];
  const arrays = [teacher, student].flatMap((model) => [
    model.params.router!,
    model.params.expert!,
  ]);
  const d = student.spec.inputDim;
  const most = Math.min(d, 2 * (student.spec.experts + teacher.spec.experts));
  const storage = allocate([padded(most), d]);
  const coordinates = arrays.map((array) => orthogonalise(array, basis, storage));
  const r = basis.length;
  const rotated = (model: MoE, router: number, expert: number): MoE =>
    retract(
      { ...model.spec, inputDim: r },
      {
        ...model.params,
        router: pad(coordinates[router]!, r),
        expert: pad(coordinates[expert]!, r),
      },
    );
  return {
    teacher: rotated(teacher, 0, 1),
    student: rotated(student, 2, 3),
    basis: { shape: [r, d], data: storage.subarray(0, r * d) },
    lift: (model) => liftModel(model, storage.subarray(0, padded(r) * d), d),
  };
}

/**
 * Gram–Schmidt, repeated where a row nearly lies in the basis. Extends `basis`, whose vectors follow one another in
 * `storage`, by the new directions among the rows and returns the coordinates of each row, as far as the basis went.
 */
function orthogonalise(
  rows: NDArray,
  basis: Float64Array[],
  storage: Float64Array,
): Float64Array[] {
  const d = matrixSize(rows).columns;
  return Array.from({ length: matrixSize(rows).rows }, (_, i) => {
    const rest = row(rows, i).slice();
    const coordinates = new Float64Array(Math.min(basis.length + 1, d));
    const length = norm(rest);
    let before = length;
    for (;;) {
      for (let b = 0; b < basis.length; b++) {
        const along = dotAt(basis[b]!, 0, rest, 0, d);
        subtractMultiple(rest, along, basis[b]!);
        coordinates[b] = coordinates[b]! + along;
      }
      const after = norm(rest);
      if (after <= DEPENDENT * length || basis.length === d) break;
      if (after > REORTHOGONALISE * before) {
        const start = basis.length * d;
        for (let j = 0; j < d; j++) storage[start + j] = rest[j]! / after;
        basis.push(storage.subarray(start, start + d));
        coordinates[basis.length - 1] = after;
        break;
      }
      before = after;
    }
    return coordinates;
  });
}

/** r rounded up to a multiple of four, as the matrix product of the lift asks for. */
const padded = (r: number) => 4 * Math.ceil(r / 4);

/** Coordinates times basis. `basis` has rows of zeros after the r-th, up to a multiple of four. */
function liftModel(model: MoE, basis: Float64Array, d: number): MoE {
  const { experts: m, inputDim: r } = model.spec;
  const points = basis.length / d;
  const rows = stackRows(model);
  const coordinates = new Float64Array(2 * m * points);
  for (let i = 0; i < 2 * m; i++) {
    coordinates.set(rows.subarray(i * r, (i + 1) * r), i * points);
  }
  const lifted = new Float64Array(2 * m * d);
  addProduct(coordinates, 2 * m, basis, points, d, lifted);
  return retract(
    { ...model.spec, inputDim: d },
    {
      ...model.params,
      router: { shape: [m, d], data: lifted.slice(0, m * d) },
      expert: { shape: [m, d], data: lifted.slice(m * d) },
    },
  );
}

function pad(rows: readonly Float64Array[], columns: number): NDArray {
  const result = zeros([rows.length, columns]);
  rows.forEach((coordinates, i) => {
    result.data.set(coordinates.subarray(0, columns), i * columns);
  });
  return result;
}

function subtractMultiple(target: Float64Array, scale: number, source: Float64Array): void {
  for (let j = 0; j < target.length; j++) target[j] = target[j]! - scale * source[j]!;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(dotAt(vector, 0, vector, 0, vector.length));
}

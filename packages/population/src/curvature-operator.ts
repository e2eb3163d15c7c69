import type { Curvature, MoE, Params } from '@softmoe/model';
import {
  addAt,
  addEntry,
  addProduct,
  allocate,
  at,
  axpyAt,
  type Blocks,
  dotAt,
  mapParams,
  matrixSize,
  multiplyTransposed,
  projectTangent,
  radialDerivatives,
  type Steps,
  tangentDim,
  zeros,
} from '@softmoe/model/linalg';
import { OVERLAPS } from './pair-kernel.ts';
import {
  addFirst,
  addMixed,
  addSecond,
  moveFirst,
  moveSecond,
  type RowMatrix,
} from './pair-slopes.ts';
import {
  FIRST,
  forEachPair,
  type PairRows,
  type PairTable,
  pairRows,
  pairTable,
  timesSecond,
  VALUE,
} from './pair-table.ts';

/**
 * The exact Riemannian Hessian of the population loss at `student` and its Gauss–Newton part as products, docs/theory.md (45) to
 * (48), without a matrix of their size: the second derivatives of every pair's sum are computed once, in pieces; a product then
 * costs about as much as a gradient. Yields the number of students done. Throws `UnsupportedError` for units without a closed form.
 */
export function* curvatureOperator(
  student: MoE,
  teacher: MoE,
  tableOf: PairTable = pairTable,
): Steps<Omit<Curvature, 'multiplicity' | 'basis'>> {
  const pairs = pairRows(student, teacher);
  const table = yield* tableOf(pairs, student, teacher);
  const { m, r, columns, rows } = pairs;
  const { slopes, mixed } = coefficientsAt(pairs, table);
  const radial = radialDerivatives(student, gradientOf(student, pairs, slopes));
  const ofStudent = { hessian: studentPart(slopes, m), gaussNewton: studentPart(mixed, m) };

  /** Scratch space of the products: changes of rows, their inner products with all rows, coefficients of the image. */
  const changes = allocate([ofStudent.hessian.columns, r]);
  const products = rowMatrix(m, columns);
  const weights = rowMatrix(m, columns);

  /** The image of a tangent direction, in ambient coordinates: what its rows and those of all units contribute. */
  const times = (which: keyof Blocks, { router, expert, amplitude }: Params): Params => {
    changes.set(router.data);
    changes.set(expert.data, m * r);
    multiplyTransposed(changes, 2 * m, rows, columns, r, products.data);
    weights.data.fill(0);
    const change = zeros([m]);
    const write = which === 'hessian' ? writeHessian : writeGaussNewton;
    write(pairs, table, products, amplitude.data, weights, change.data);
    const image = allocate([2 * m, r]);
    addProduct(weights.data, 2 * m, rows, columns, r, image);
    const own = ofStudent[which];
    addProduct(own.data, 2 * m, changes, own.columns, r, image);
    return asParams(m, r, image, change);
  };

  return {
    dimension: tangentDim(student.spec),
    student,
    apply(direction) {
      const tangent = projectTangent(student, direction);
      return withoutRadial(projectTangent(student, times('hessian', tangent)), radial, tangent);
    },
    gaussNewton: (direction) =>
      projectTangent(student, times('gaussNewton', projectTangent(student, direction))),
    complement: complementOf(m, ofStudent, radial),
  };
}

function rowMatrix(m: number, columns: number): RowMatrix {
  return { columns, data: allocate([2 * m, columns]) };
}

/** What a pair of units of those amplitudes weighs in the loss. */
function weightOf(self: boolean, ofStudents: boolean, a: number, b: number): number {
  if (self) return 0.5 * a * b;
  return ofStudents ? a * b : -a * b;
}

/** Coefficients Ω of the gradient, docs/theory.md (45), and those of the mixed derivatives (47) that are multiples of the identity. */
function coefficientsAt(
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
      const first = table.slice(start + FIRST, start + FIRST + OVERLAPS);
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
function writeHessian(
  pairs: PairRows,
  table: Float64Array,
  products: RowMatrix,
  da: Float64Array,
  weights: RowMatrix,
  change: Float64Array,
): void {
  const { amplitudes: a, others } = pairs;
  const moved = new Float64Array(OVERLAPS);
  const second = new Float64Array(OVERLAPS);
  const slopes = new Float64Array(OVERLAPS);
  for (const [i, x] of a.entries()) {
    const dx = at(da, i);
    forEachPair(pairs, i, (pair) => {
      const { self, ofStudents, start, v2 } = pair;
      const y = at(others, v2);
      moveFirst(products, pair, moved);
      if (ofStudents) {
        moveSecond(products, pair, slopes);
        for (let o = 0; o < OVERLAPS; o++) addAt(moved, o, at(slopes, o));
      }
      timesSecond(table, start, moved, second);
      const dy = ofStudents ? at(da, v2) : 0;
      const weight = weightOf(self, ofStudents, x, y);
      const weightChange = weightOf(self, ofStudents, dx, y) + weightOf(self, ofStudents, x, dy);
      for (let o = 0; o < OVERLAPS; o++) {
        slopes[o] = weight * at(second, o) + weightChange * at(table, start + FIRST + o);
      }
      addFirst(weights, pair, slopes);
      const value = at(table, start + VALUE);
      const valueChange = dotAt(table, start + FIRST, moved, 0, OVERLAPS);
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
function writeGaussNewton(
  pairs: PairRows,
  table: Float64Array,
  products: RowMatrix,
  da: Float64Array,
  weights: RowMatrix,
  change: Float64Array,
): void {
  const moved = new Float64Array(OVERLAPS);
  const slopes = new Float64Array(OVERLAPS);
  /** The slopes at one unit, of amplitude `x`, that the other one contributes, and its part of the amplitude's gradient. */
  const respond = (start: number, x: number, y: number, dy: number) => {
    timesSecond(table, start, moved, slopes);
    for (let o = 0; o < OVERLAPS; o++) {
      slopes[o] = x * (y * at(slopes, o) + dy * at(table, start + FIRST + o));
    }
    return y * dotAt(table, start + FIRST, moved, 0, OVERLAPS) + dy * at(table, start + VALUE);
  };
  const { amplitudes: a } = pairs;
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

function gradientOf({ spec }: MoE, { r, columns, rows }: PairRows, slopes: RowMatrix): Params {
  const gradient = allocate([2 * spec.experts, r]);
  addProduct(slopes.data, 2 * spec.experts, rows, columns, r, gradient);
  return asParams(spec.experts, r, gradient, zeros([spec.experts]));
}

/** Coefficients in the student's rows alone, by fours with zeros. */
function studentPart({ data, columns }: RowMatrix, m: number): RowMatrix {
  const own = rowMatrix(m, 4 * Math.ceil(m / 2));
  for (let b = 0; b < 2 * m; b++) {
    own.data.set(data.subarray(b * columns, b * columns + 2 * m), b * own.columns);
  }
  return own;
}

/** Outside the span no overlap changes, so that the student's own coefficients are all there is, docs/theory.md (48). */
function complementOf(
  m: number,
  ofStudent: Readonly<Record<keyof Blocks, RowMatrix>>,
  radial: Float64Array,
): Blocks {
  const matrixOf = ({ data, columns }: RowMatrix) => {
    const matrix = zeros([2 * m, 2 * m]);
    for (let b = 0; b < 2 * m; b++) {
      matrix.data.set(data.subarray(b * columns, b * columns + 2 * m), b * 2 * m);
    }
    return matrix;
  };
  const hessian = matrixOf(ofStudent.hessian);
  for (const [b, value] of radial.entries()) addEntry(hessian, b, b, -value);
  return { hessian, gaussNewton: matrixOf(ofStudent.gaussNewton) };
}

function asParams(
  m: number,
  r: number,
  rows: Float64Array,
  amplitude: Params['amplitude'],
): Params {
  return {
    router: { shape: [m, r], data: rows.subarray(0, m * r) },
    expert: { shape: [m, r], data: rows.subarray(m * r) },
    amplitude,
  };
}

/** Takes from the rows of `image`, in place, the last term of docs/theory.md (16). */
function withoutRadial(image: Params, radial: Float64Array, tangent: Params): Params {
  const { rows: m, columns: r } = matrixSize(image.router);
  return mapParams(image, (array, name) => {
    if (name === 'amplitude') return array;
    const first = name === 'router' ? 0 : m;
    for (let i = 0; i < m; i++) {
      axpyAt(-at(radial, first + i), tangent[name]!.data, i * r, array.data, i * r, r);
    }
    return array;
  });
}

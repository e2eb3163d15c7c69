import type { Curvature, MoE, Params } from '@softmoe/model';
import {
  addEntry,
  addProduct,
  allocate,
  at,
  axpyAt,
  type Blocks,
  mapParams,
  matrixSize,
  multiplyTransposed,
  projectTangent,
  radialDerivatives,
  type Steps,
  tangentDim,
  zeros,
} from '@softmoe/model/linalg';
import { atLengths } from './at-lengths.ts';
import { coefficientsAt, rowMatrix, writeGaussNewton, writeHessian } from './pair-coefficients.ts';
import type { RowMatrix } from './pair-slopes.ts';
import { type PairRows, type PairTable, pairRows, pairTable } from './pair-table.ts';
import { OVERLAPS, VARIABLES } from './pair-variables.ts';
import { type UnitRouters, unitRouters } from './unit-routers.ts';

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
  const unit = unitRouters(student);
  const operator = yield* byUnitRouters(unit, unitRouters(teacher), tableOf);
  return unit.lengths ? atLengths(operator, student, unit.lengths) : operator;
}

/** Second derivatives by unit routers, docs/theory.md (69), whatever the lengths of those that there are. */
function* byUnitRouters(
  unitStudent: UnitRouters,
  teacher: UnitRouters,
  tableOf: PairTable,
): Steps<Omit<Curvature, 'multiplicity' | 'basis'>> {
  const { model: student } = unitStudent;
  const lengths = unitStudent.lengths ?? teacher.lengths;
  const pairs = pairRows(student, teacher.model, lengths ? VARIABLES : OVERLAPS);
  const table = yield* tableOf(pairs, unitStudent, teacher);
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

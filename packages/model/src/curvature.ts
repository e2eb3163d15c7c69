import type { Blocks, Curvature } from './contracts.ts';
import { matrixSize, row, timesVector } from './linalg/rows.ts';
import { fromTangentCoordinates, tangentDim, toTangentCoordinates } from './manifold.ts';
import { type NDArray, zeros } from './ndarray.ts';
import type { Params } from './spec.ts';

/** Up to this size a symmetric matrix is formed, factored and decomposed whole; above it products have to do. */
export const DENSE_LIMIT = 300;

/** What {@link matrixCurvature} adds products to. */
type WithMatrices = Pick<Curvature, 'student'> & Required<Pick<Curvature, 'span'>>;

/** Curvature whose span part is given by its matrices, in tangent coordinates at `student`. */
export function matrixCurvature<Given extends WithMatrices>(
  given: Given,
): Given & Pick<Curvature, 'dimension' | 'apply' | 'gaussNewton'> {
  const { span, student } = given;
  const times = (which: keyof Blocks) => (direction: Params) =>
    fromTangentCoordinates(
      student,
      timesVector(span[which], toTangentCoordinates(student, direction)),
    );
  return {
    ...given,
    dimension: tangentDim(student.spec),
    apply: times('hessian'),
    gaussNewton: times('gaussNewton'),
  };
}

/** Products with the span part of `curvature` in tangent coordinates: new vectors, [dimension]. */
export function spanProduct(
  curvature: Curvature,
  which: keyof Blocks,
): (x: Float64Array) => Float64Array {
  const { span, student } = curvature;
  if (span) return (x) => timesVector(span[which], x);
  const times = (direction: Params) =>
    which === 'hessian' ? curvature.apply(direction) : curvature.gaussNewton(direction);
  return (x) => toTangentCoordinates(student, times(fromTangentCoordinates(student, x)));
}

/**
 * The span part of `curvature` as matrices [dimension, dimension] in tangent coordinates: those at hand, or one product a column,
 * made symmetric to the last bit, each time a matrix is asked for. For small sizes, proofs and tests.
 */
export function denseCurvature(curvature: Curvature): Blocks {
  const { span, dimension } = curvature;
  if (span) return span;
  return {
    get hessian() {
      return matrixOf(spanProduct(curvature, 'hessian'), dimension);
    },
    get gaussNewton() {
      return matrixOf(spanProduct(curvature, 'gaussNewton'), dimension);
    },
  };
}

function matrixOf(times: (x: Float64Array) => Float64Array, n: number): NDArray {
  const columns = zeros([n, n]);
  for (let i = 0; i < n; i++) {
    const unit = new Float64Array(n);
    unit[i] = 1;
    row(columns, i).set(times(unit));
  }
  return symmetricPart(columns);
}

function symmetricPart(matrix: NDArray): NDArray {
  const { rows: n } = matrixSize(matrix);
  const result = zeros([n, n]);
  for (let i = 0; i < n; i++) {
    row(matrix, i).forEach((x, j) => {
      result.data[i * n + j] = 0.5 * (x + (matrix.data[j * n + i] ?? 0));
    });
  }
  return result;
}

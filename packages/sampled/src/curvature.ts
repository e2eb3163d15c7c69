import type { Curvature, MoE, NDArray, Points } from '@softmoe/model';
import { checkInputs, requireInteger, requireObject } from '@softmoe/model/checks';
import {
  at,
  axpy,
  type Blocks,
  complete,
  dotAt,
  entry,
  identity,
  matrixCurvature,
  type Steps,
  tangentDim,
  zeros,
} from '@softmoe/model/linalg';
import { jacobians, withOnes } from './jacobians.ts';
import { addUpperProducts } from './moments.ts';
import { type ResidualHessian, residualHessian } from './residual-hessian.ts';
import { flatCoordinates, flatLogits, withoutFlat } from './translations.ts';

/**
 * Curvature of the loss on a fixed sample drawn in span coordinates, docs/theory.md (39) and (40), as a function of a model in
 * those. It is computed without a pause: for small samples, proofs and tests; the estimator that `sampled` makes pauses. Throws a
 * typed error for what is no sample, and the function for a model of another input dimension.
 */
export function sampleCurvature(sample: Points): (model: MoE) => Curvature & WithMatrices {
  const stepsOf = curvatureSteps(sample);
  return (model) => complete(stepsOf(model));
}

type WithMatrices = Required<Pick<Curvature, 'span' | 'estimate'>>;

/**
 * Curvature of the loss on a fixed sample drawn in span coordinates, docs/theory.md (40). The Gauss–Newton part is exact for
 * the sample. To it the Hessian adds the second derivatives weighted by the residuals, by differences, docs/theory.md (39):
 * they and their error vanish with the loss. The complement stands for the dimensions that the coordinates leave out, in
 * which a standard normal averages to the identity; it is averaged over the sample likewise. Translations that
 * change no function are given the mean curvature, so that the ends of the spectra are those up to symmetry.
 *
 * Its products come from matrices. The Gauss–Newton one has at most the rank of the number of points, so that a sample which says
 * anything has more points than there are directions, and its Jacobian is larger than they are. The Hessian is worked out when it
 * is first asked for, or by `prepare`. Yields the number of points done.
 */
export function curvatureSteps(sample: Points): (model: MoE) => Steps<Curvature & WithMatrices> {
  requireObject('sample', sample, ['inputs', 'targets', 'size']);
  const { inputs, targets, size } = sample;
  requireInteger('sample.size', size, 1);
  checkInputs(targets, size, 1, 'sample.targets');
  return function* (model) {
    checkInputs(inputs, size, model.spec.inputDim, 'sample.inputs');
    const extended = withOnes(inputs, size);
    const { span, complement } = yield* jacobians(model, extended, size);
    let second: ResidualHessian | undefined;
    const residualSteps = function* () {
      second ??= yield* residualHessian(model, extended, targets, size);
      return second;
    };
    const residualPart = () => complete(residualSteps());
    return matrixCurvature({
      student: model,
      span: blocksOf(
        yield* meanSquare(span, tangentDim(model.spec)),
        flatCoordinates(model),
        () => residualPart().span,
      ),
      complement: blocksOf(
        yield* meanSquare(complement, 2 * model.spec.experts),
        flatLogits(model.spec),
        () => residualPart().complement,
      ),
      multiplicity: 0,
      basis: identity(model.spec.inputDim),
      *prepare(): Steps<void> {
        yield* residualSteps();
      },
      estimate: {
        get error() {
          return residualPart().error;
        },
        standardError: (which: 'span' | 'complement', vector: Float64Array) =>
          standardError(which === 'span' ? span : complement, vector),
      },
    });
  };
}

/** Rows that are multiplied at a time: an even number of them, so that they stay in the processor's cache. */
const BLOCK = 128;

/** Mean outer product of the rows, [n, n]. Yields the number of rows done. */
function* meanSquare(rows: Float64Array, n: number): Steps<NDArray> {
  const size = rows.length / n;
  const even = n + (n % 2);
  const sums = zeros([even, even]);
  const columns = new Float64Array(even * BLOCK);
  for (let first = 0; first < size; first += BLOCK) {
    const count = Math.min(BLOCK, size - first);
    if (count < BLOCK) columns.fill(0);
    for (let s = 0; s < count; s++) {
      for (let i = 0; i < n; i++) columns[i * BLOCK + s] = at(rows, (first + s) * n + i);
    }
    addUpperProducts(columns, BLOCK, sums);
    yield first + count;
  }
  const matrix = zeros([n, n]);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const mean = entry(sums, i, j) / size;
      matrix.data[i * n + j] = mean;
      matrix.data[j * n + i] = mean;
    }
  }
  return matrix;
}

/** Gauss–Newton as it is, and the Hessian when it is asked for. */
function blocksOf(
  gaussNewton: NDArray,
  flat: readonly Float64Array[],
  residualPart: () => NDArray,
): Blocks {
  let hessian: NDArray | undefined;
  return {
    gaussNewton: withoutFlat(gaussNewton, flat),
    get hessian() {
      hessian ??= withoutFlat(sum(gaussNewton, residualPart()), flat);
      return hessian;
    },
  };
}

function sum(a: NDArray, b: NDArray): NDArray {
  const data = a.data.slice();
  axpy(1, b.data, data);
  return { shape: a.shape, data };
}

/** Standard error of the mean of (row·vector)², right wherever it is a float64 number: fourth powers are of scaled numbers. */
function standardError(rows: Float64Array, vector: Float64Array): number {
  const n = vector.length;
  const size = rows.length / n;
  const products = Float64Array.from({ length: size }, (_, s) => dotAt(rows, s * n, vector, 0, n));
  const scale = inverseOf(products.reduce((most, x) => Math.max(most, Math.abs(x)), 0));
  let mean = 0;
  let square = 0;
  for (const product of products) {
    const x = (scale * product) ** 2;
    mean += x / size;
    square += (x * x) / size;
  }
  return Math.sqrt(Math.max(0, square - mean * mean) / size) / scale / scale;
}

/** The power of two that takes `x` ≥ 0 to between 1 and 2, where it is not too small for that: multiplying by it is exact. */
function inverseOf(x: number): number {
  return 2 ** Math.min(-Math.floor(Math.log2(x)), 1000);
}

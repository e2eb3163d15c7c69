import {
  type Curvature,
  type Estimator,
  lossAndGradient,
  type MoE,
  type NDArray,
  type Points,
} from '@softmoe/model';
import { checkInputs, requireInteger, requireModel, requireObject } from '@softmoe/model/checks';
import {
  at,
  complete,
  denseCurvature,
  entry,
  identity,
  matrixCurvature,
  outputGradients,
  paced,
  projectTangent,
  type Steps,
  toTangentMatrix,
  zeros,
} from '@softmoe/model/linalg';
import { curvatureSteps } from './curvature.ts';
import { extend, withOnes } from './jacobians.ts';
import { addUpperProducts } from './moments.ts';
import { flatCoordinates, flatLogits, withoutFlat } from './translations.ts';

/** Points whose derivatives are formed at a time: an even number of them, so that they stay in the processor's cache. */
const BLOCK = 128;

/**
 * The half mean square on a fixed sample as Levenberg–Marquardt asks for it, docs/theory.md (32) and (38): loss, gradient and the
 * Gauss–Newton matrix from the analytic Jacobian over all its points, in float64, for every gate, expert and routing. The Jacobian
 * is formed and multiplied a block of points at a time, so that memory does not grow with their number. What else a curvature has,
 * such as the Hessian, is that of `sampleCurvature`, worked out when it is first asked for.
 *
 * Throws a typed error for what is no sample, and from its functions for a model of another input dimension.
 */
export function leastSquares(sample: Points): Pick<Estimator, 'objective' | 'curvature'> {
  requireObject('sample', sample, ['inputs', 'targets', 'size']);
  const { inputs, targets, size } = sample;
  requireInteger('sample.size', size, 1);
  checkInputs(targets, size, 1, 'sample.targets');
  const extended = withOnes(inputs, size);
  const whole = curvatureSteps(sample);
  return {
    objective: {
      async evaluate(model) {
        const { loss, gradient } = lossAndGradient(model, inputs, targets, size);
        return { loss, gradient: projectTangent(model, gradient) };
      },
    },
    async curvature(model, watch) {
      requireModel('model', model);
      checkInputs(inputs, size, model.spec.inputDim, 'sample.inputs');
      const blocks = await paced('curvature', gaussNewton(model, extended, size), watch);
      let all: Curvature | undefined;
      const hessianOf = (block: 'span' | 'complement') => {
        all ??= complete(whole(model));
        return block === 'span' ? denseCurvature(all).hessian : all.complement.hessian;
      };
      return matrixCurvature({
        student: model,
        span: {
          gaussNewton: withoutFlat(blocks.span, flatCoordinates(model)),
          get hessian() {
            return hessianOf('span');
          },
        },
        complement: {
          gaussNewton: withoutFlat(blocks.complement, flatLogits(model.spec)),
          get hessian() {
            return hessianOf('complement');
          },
        },
        multiplicity: 0,
        basis: identity(model.spec.inputDim),
      });
    },
  };
}

interface GaussNewton {
  /** In tangent coordinates of the model. */
  readonly span: NDArray;
  /** Over router 1 … m, expert 1 … m out of the span, [2m, 2m]. */
  readonly complement: NDArray;
}

/** Mean outer products of ∇f over an extended sample. Yields the number of points done. */
function* gaussNewton(model: MoE, extended: Float64Array, size: number): Steps<GaussNewton> {
  const { experts: m, inputDim: r } = model.spec;
  const wide = r + 1;
  const whole = extend(model);
  const parameters = 2 * m * wide + m + (model.params.routerBias ? m : 0);
  const even = parameters + (parameters % 2);
  const sums = zeros([even, even]);
  const transposed = new Float64Array(even * BLOCK);
  for (let first = 0; first < size; first += BLOCK) {
    const rows = Math.min(BLOCK, size - first);
    const points = extended.subarray(first * wide, (first + rows) * wide);
    transpose(outputGradients(whole, points, rows), parameters, rows, transposed);
    addUpperProducts(transposed, BLOCK, sums);
    yield first + rows;
  }
  const mean = (p: number, q: number) => entry(sums, Math.min(p, q), Math.max(p, q)) / size;
  // A row of the extended model ends with its derivative by the logit; what is no row comes after all of them.
  const logits = Array.from({ length: 2 * m }, (_, b) => b * wide + r);
  const inside = [...Array(parameters).keys()].filter((p) => p >= 2 * m * wide || p % wide !== r);
  return {
    span: toTangentMatrix(model, matrixOf(inside, mean)),
    complement: matrixOf(logits, mean),
  };
}

/** Writes the transpose of `rows` [size, columns] to `target`, [columns, BLOCK], with zeros for the points that a block lacks. */
function transpose(rows: Float64Array, columns: number, size: number, target: Float64Array): void {
  for (let p = 0; p < columns; p++) {
    const start = p * BLOCK;
    for (let s = 0; s < size; s++) target[start + s] = at(rows, s * columns + p);
    target.fill(0, start + size, start + BLOCK);
  }
}

function matrixOf(places: readonly number[], value: (p: number, q: number) => number): NDArray {
  const n = places.length;
  const matrix = zeros([n, n]);
  for (const [i, p] of places.entries()) {
    for (const [j, q] of places.entries()) matrix.data[i * n + j] = value(p, q);
  }
  return matrix;
}

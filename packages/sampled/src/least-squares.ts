import type { Curvature, Estimator, MoE, MoESpec, NDArray, Points } from '@softmoe/model';
import { checkInputs, requireInteger, requireModel, requireObject } from '@softmoe/model/checks';
import {
  addEntry,
  complete,
  denseCurvature,
  dotAt,
  identity,
  matrixCurvature,
  paced,
  paramEntries,
  projectTangent,
  zeros,
} from '@softmoe/model/linalg';
import { curvatureSteps } from './curvature.ts';
import { fusedPassOn } from './fused-pass.ts';
import { coordinateBlocks, gaussNewtonOn } from './gauss-newton.ts';
import { kernelsHere } from './plain-kernels.ts';
import { BLOCK, passOver, type SlopeGroup, slopeGroups } from './slopes.ts';
import { flatCoordinates, flatLogits, withoutFlat } from './translations.ts';

/**
 * The half mean square on a fixed sample as Levenberg–Marquardt asks for it, docs/theory.md (32) and (38), for every gate, expert and
 * routing: loss and gradient in float64, and the Gauss–Newton matrix, which decides on the way and not on the end, from products in
 * float32, (70), to about 1e-7 of its largest eigenvalue. The slopes that the loss of a model is differentiated by are kept for
 * its curvature where they are few. Where the engine has SIMD that computes, with the same bits as without.
 * What else a curvature has, such as the Hessian, is that of `sampleCurvature`, worked out when it is first asked for.
 *
 * Throws a typed error for what is no sample, and from its functions for a model of another input dimension.
 */
export function leastSquares(sample: Points): Pick<Estimator, 'objective' | 'curvature'> {
  requireObject('sample', sample, ['inputs', 'targets', 'size']);
  const { inputs, targets, size } = sample;
  requireInteger('sample.size', size, 1);
  checkInputs(targets, size, 1, 'sample.targets');
  const coordinates = coordinateBlocks(sample);
  const gaussNewton = gaussNewtonOn(sample, coordinates);
  const fusedPass = fusedPassOn(sample, coordinates);
  const whole = curvatureSteps(sample);
  let last: Known | undefined;
  const groupsOf = (model: MoE): Iterable<SlopeGroup> =>
    (last && isOf(last, model) && last.groups) || {
      [Symbol.iterator]: () => slopeGroups(model, sample),
    };
  return {
    objective: {
      async evaluate(model) {
        requireModel('model', model);
        checkInputs(inputs, size, model.spec.inputDim, 'sample.inputs');
        const kernels = await kernelsHere();
        // A lone group is read without a pause, and by nobody but the curvature that asks for it anew.
        const spare = last?.groups?.length === 1 ? last.groups[0] : undefined;
        last = undefined;
        const { loss, gradient, groups } =
          fusedPass(model, kernels, spare) ?? passOver(model, sample, spare);
        last = { spec: model.spec, numbers: numbersOf(model), groups };
        return { loss, gradient: projectTangent(model, gradient) };
      },
    },
    async curvature(model, watch) {
      requireModel('model', model);
      checkInputs(inputs, size, model.spec.inputDim, 'sample.inputs');
      const kernels = await kernelsHere();
      const steps = gaussNewton(model, groupsOf(model), kernels);
      const matrix = await paced('curvature', steps, watch);
      const span = withoutFlat(matrix, flatCoordinates(model));
      let all: Curvature | undefined;
      const hessianOf = (block: 'span' | 'complement') => {
        all ??= complete(whole(model));
        return block === 'span' ? denseCurvature(all).hessian : all.complement.hessian;
      };
      let complement: NDArray | undefined;
      return matrixCurvature({
        student: model,
        span: {
          gaussNewton: span,
          get hessian() {
            return hessianOf('span');
          },
        },
        complement: {
          get gaussNewton() {
            complement ??= withoutFlat(
              logitProducts(model, groupsOf(model), size),
              flatLogits(model.spec),
            );
            return complement;
          },
          get hessian() {
            return hessianOf('complement');
          },
        },
        multiplicity: 0,
        basis: identity(model.spec.inputDim),
        solve: (shift: number, rhs: Float64Array) => kernels.solvePositive(span.data, shift, rhs),
      });
    },
  };
}

/** What is known of the model whose loss was asked for last. */
interface Known {
  readonly spec: MoESpec;
  /** All its parameters at that time. */
  readonly numbers: Float64Array;
  readonly groups: readonly SlopeGroup[] | undefined;
}

function numbersOf({ params }: MoE): Float64Array {
  const arrays = paramEntries(params).map(([, { data }]) => data);
  const numbers = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const data of arrays) {
    numbers.set(data, offset);
    offset += data.length;
  }
  return numbers;
}

/** Whether what is known is that of `model`, bit for bit. */
function isOf({ spec, numbers }: Known, model: MoE): boolean {
  return spec === model.spec && numbersOf(model).every((x, i) => Object.is(x, numbers[i]));
}

/** The mean products of the derivatives by the logits, in float64, [2m, 2m]. */
function logitProducts(model: MoE, groups: Iterable<SlopeGroup>, size: number): NDArray {
  const { experts: m } = model.spec;
  const n = 2 * m;
  const products = zeros([n, n]);
  for (const { blocks, slopes } of groups) {
    for (let start = 0; start < blocks * 3 * m * BLOCK; start += 3 * m * BLOCK) {
      for (let b = 0; b < n; b++) {
        for (let c = 0; c <= b; c++) {
          const sum = dotAt(slopes, start + b * BLOCK, slopes, start + c * BLOCK, BLOCK) / size;
          addEntry(products, b, c, sum);
          if (c < b) addEntry(products, c, b, sum);
        }
      }
    }
  }
  return products;
}

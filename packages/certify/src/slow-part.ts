import type { MoE, NDArray, Params } from '@softmoe/model';
import {
  addScaled,
  axpy,
  dot,
  frameOf,
  matrixSize,
  realPower,
  row,
  toTangentCoordinates,
} from '@softmoe/model/linalg';
import type { Block, Spectrum } from './spectrum.ts';

/** Directions count as slowest if they contract at the slowest rate to this accuracy of its logarithm. */
const SAME_RATE = 0.005;

/**
 * Measures how much of a displacement from the limit lies along the directions in which gradient descent with step η
 * contracts slowest: the eigenvectors of the Hessian at which |1 − ηλ| is largest, docs/theory.md (30). A run ends after a
 * finite number of steps; where a few slow rates are close together, its whole distance still mixes them, but this part
 * of it contracts at the slowest. Returns a function of displacements at `model`, or undefined when |1 − ηλ| reaches 1.
 *
 * `basis` is that of the curvature whose `spectrum` this is, in the coordinates of `model`.
 */
export function slowPart(
  model: MoE,
  basis: NDArray,
  { span, complement, mu, lambdaMax }: Spectrum,
  step: number,
): ((displacement: Params) => number) | undefined {
  const factor = (value: number) => Math.abs(1 - step * value);
  const slowest = Math.max(factor(mu), factor(lambdaMax));
  if (!(slowest < 1)) return undefined;
  const slowVectors = ({ pairs }: Block) =>
    pairs
      .filter(({ value }) => factor(value) >= realPower(slowest, 1 + SAME_RATE))
      .map(({ vector }) => vector);
  const inSpan = slowVectors(span);
  const outside = complement ? slowVectors(complement) : [];
  const frame = frameOf(basis, model.spec.frame);
  const local = frame.lower(model);
  return (displacement) => {
    const inner = frame.lowerVector(displacement);
    const coordinates = toTangentCoordinates(local, inner);
    let square = 0;
    for (const vector of inSpan) square += dot(vector, coordinates) ** 2;
    if (outside.length > 0) {
      const outer = addScaled(displacement, -1, frame.liftVector(inner));
      for (const vector of outside) square += squareOfCombination(vector, outer);
    }
    return Math.sqrt(square);
  };
}

/** ‖Σ_i c_i x_i‖² over the rows x_i of routers, then experts: the order of the complement block. */
function squareOfCombination(weights: Float64Array, { router, expert }: Params): number {
  const { rows: m, columns: d } = matrixSize(router);
  const sum = new Float64Array(d);
  weights.forEach((weight, i) => {
    axpy(weight, i < m ? row(router, i) : row(expert, i - m), sum);
  });
  return dot(sum, sum);
}

import {
  forward,
  type Inputs,
  lossAndGradient,
  type MoE,
  mapParams,
  type Params,
  projectTangent,
  zeros,
} from '@softmoe/model';
import {
  type DifferenceHessian,
  differencePoints,
  hessianOf,
  tangentDirections,
} from './differences.ts';
import { extend, pad } from './sample.ts';

/**
 * The Riemannian Hessian of mean(r_s f(x_s)) with the residuals r_s of `model` held fixed: on the tangent coordinates of the
 * model, then on moves of its routers and experts out of the span.
 */
export function residualHessian(
  model: MoE,
  extended: Float64Array,
  targets: Inputs,
  size: number,
): DifferenceHessian {
  const whole = extend(model);
  const residuals = forward(whole, extended, size).map((y, s) => y - targets[s]!);
  const directions = [...tangentDirections(model).map(pad), ...outsideDirections(whole)];
  const gradients = differencePoints(whole, directions).map((point) => {
    const shifted = forward(point, extended, size).map((y, s) => y - residuals[s]!);
    return projectTangent(point, lossAndGradient(point, extended, shifted, size).gradient);
  });
  return hessianOf(directions, gradients);
}

/** Unit moves of router 1 … m, expert 1 … m along the last coordinate. */
function outsideDirections({ spec, params }: MoE): Params[] {
  const { experts: m, inputDim } = spec;
  return ['router', 'expert'].flatMap((name) =>
    Array.from({ length: m }, (_, i) => {
      const vector = mapParams(params, ({ shape }) => zeros(shape));
      vector[name]!.data[(i + 1) * inputDim - 1] = 1;
      return vector;
    }),
  );
}

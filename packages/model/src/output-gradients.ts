import { blockStride, blocks, checkInputs, type Inputs } from './blocks.ts';
import { addOutputs, writeExpertSlopes } from './forward.ts';
import { at, scaleAt } from './linalg/vectors.ts';
import { requireForm } from './moe.ts';
import { routingOf } from './routing.ts';
import type { MoE } from './spec.ts';

/** f and all that its derivatives are made of at a block of consecutive points. Columns from `rows` on belong to no point. */
export interface OutputSlopes {
  /** Index of the block's first point, and number of points. */
  readonly start: number;
  readonly rows: number;
  readonly stride: number;
  /** x, [stride, d], zero where there is no point. */
  readonly x: Float64Array;
  /** f(x_s), [rows]. */
  readonly outputs: Float64Array;
  /**
   * ∂f/∂z for the logits z of router 1 … m, then of expert 1 … m, then the unit outputs ∂f/∂a, [3m, stride]. The gradient by a row
   * is that by its logit times x, and that by a router's bias is that by its logit.
   */
  readonly slopes: Float64Array;
}

/**
 * f and its derivatives by the logits and amplitudes of `model` at `size` points, a block of at most 64 after the other; a block is
 * written over by the next one. `inputs` [size, d]. Throws a typed error for shapes that do not fit.
 */
export function* outputSlopes(model: MoE, inputs: Inputs, size: number): Generator<OutputSlopes> {
  requireForm('model', model);
  const { inputDim: d, experts: m } = model.spec;
  checkInputs(inputs, size, d, 'inputs');
  const routing = routingOf(model.spec.routing);
  const amplitude = model.params.amplitude.data;
  const stride = blockStride(size);
  const all = new Float64Array(size);
  const ones = new Float64Array(stride).fill(1);
  const slopes = new Float64Array(3 * m * stride);
  const [byRouter, byExpert, byAmplitude] = [0, 1, 2].map((part) =>
    slopes.subarray(part * m * stride, (part + 1) * m * stride),
  ) as [Float64Array, Float64Array, Float64Array];
  for (const block of blocks(model, inputs, size)) {
    const { start, rows, x, gate, expert } = block;
    addOutputs(amplitude, block, all);
    const outputs = all.subarray(start, start + rows);
    routing.slopes(amplitude, block, outputs, ones, byRouter);
    writeExpertSlopes(amplitude, block, ones, byExpert);
    for (let k = 0; k < byAmplitude.length; k++) byAmplitude[k] = at(gate, k) * at(expert, k);
    yield { start, rows, stride, x, outputs, slopes };
  }
}

/**
 * ∇f(x_s), the gradient of the model's output by all its parameters at each of `size` points: the rows of the Jacobian,
 * [size, P] with the P numbers of all parameters in layout order, Euclidean. Their mean outer product is the Gauss–Newton
 * matrix, docs/theory.md (32). `inputs` [size, d]. Throws a typed error for shapes that do not fit.
 */
export function outputGradients(model: MoE, inputs: Inputs, size: number): Float64Array {
  requireForm('model', model);
  const { inputDim: d, experts: m } = model.spec;
  checkInputs(inputs, size, d, 'inputs');
  const biased = model.params.routerBias !== undefined;
  const parameters = 2 * m * d + m + (biased ? m : 0);
  const jacobian = new Float64Array(size * parameters);
  for (const { start, rows, stride, x, slopes } of outputSlopes(model, inputs, size)) {
    for (let s = 0; s < rows; s++) {
      const first = (start + s) * parameters;
      for (let b = 0; b < 2 * m; b++) {
        scaleAt(at(slopes, b * stride + s), x, s * d, jacobian, first + b * d, d);
      }
      for (let i = 0; i < m; i++) {
        jacobian[first + 2 * m * d + i] = at(slopes, (2 * m + i) * stride + s);
        if (biased) jacobian[first + 2 * m * d + m + i] = at(slopes, i * stride + s);
      }
    }
  }
  return jacobian;
}

import { blocks, checkInputs, type Inputs } from './blocks.ts';
import { type MoE, param, requireForm } from './moe.ts';

/**
 * ∇f(x_s), the gradient of the model's output by all its parameters at each of `size` points: the rows of the Jacobian,
 * [size, P] with the P numbers of all parameters in layout order, Euclidean. Their mean outer product is the Gauss–Newton
 * matrix, docs/theory.md (32). `inputs` [size, d]. Throws a typed error for shapes that do not fit.
 */
export function outputGradients(model: MoE, inputs: Inputs, size: number): Float64Array {
  requireForm('model', model);
  const { inputDim: d, experts: m, routing } = model.spec;
  checkInputs(inputs, size, d, 'inputs');
  const softmax = routing === 'softmax';
  const amplitude = param(model.params, 'amplitude').data;
  const parameters = 2 * m * d + m + (softmax ? m : 0);
  const jacobian = new Float64Array(size * parameters);
  for (const { start, rows, stride, x, gate, gateSlope, expert, expertSlope } of blocks(
    model,
    inputs,
    size,
  )) {
    for (let s = 0; s < rows; s++) {
      const row = jacobian.subarray((start + s) * parameters, (start + s + 1) * parameters);
      let output = 0;
      for (let i = 0; i < m; i++) {
        output += amplitude[i]! * gate[i * stride + s]! * expert[i * stride + s]!;
      }
      for (let i = 0; i < m; i++) {
        const k = i * stride + s;
        const a = amplitude[i]!;
        const byRouter = softmax
          ? gate[k]! * (a * expert[k]! - output)
          : a * gateSlope[k]! * expert[k]!;
        const byExpert = a * gate[k]! * expertSlope[k]!;
        for (let j = 0; j < d; j++) {
          row[i * d + j] = byRouter * x[s * d + j]!;
          row[(m + i) * d + j] = byExpert * x[s * d + j]!;
        }
        row[2 * m * d + i] = gate[k]! * expert[k]!;
        if (softmax) row[2 * m * d + m + i] = byRouter;
      }
    }
  }
  return jacobian;
}

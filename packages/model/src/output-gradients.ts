import { blockStride, blocks, checkInputs, type Inputs } from './blocks.ts';
import { addOutputs, writeExpertSlopes } from './forward.ts';
import { at, scaleAt } from './linalg/vectors.ts';
import { requireForm } from './moe.ts';
import { routingOf } from './routing.ts';
import type { MoE } from './spec.ts';

/**
 * ∇f(x_s), the gradient of the model's output by all its parameters at each of `size` points: the rows of the Jacobian,
 * [size, P] with the P numbers of all parameters in layout order, Euclidean. Their mean outer product is the Gauss–Newton
 * matrix, docs/theory.md (32). `inputs` [size, d]. Throws a typed error for shapes that do not fit.
 */
export function outputGradients(model: MoE, inputs: Inputs, size: number): Float64Array {
  requireForm('model', model);
  const { inputDim: d, experts: m } = model.spec;
  checkInputs(inputs, size, d, 'inputs');
  const routing = routingOf(model.spec.routing);
  const amplitude = model.params.amplitude.data;
  const biased = model.params.routerBias !== undefined;
  const parameters = 2 * m * d + m + (biased ? m : 0);
  const jacobian = new Float64Array(size * parameters);
  const stride = blockStride(size);
  const outputs = new Float64Array(size);
  const weights = new Float64Array(stride).fill(1);
  const byRouter = new Float64Array(m * stride);
  const byExpert = new Float64Array(m * stride);
  for (const block of blocks(model, inputs, size)) {
    const { start, rows, x, gate, expert } = block;
    addOutputs(amplitude, block, outputs);
    routing.slopes(amplitude, block, outputs.subarray(start), weights, byRouter);
    writeExpertSlopes(amplitude, block, weights, byExpert);
    for (let s = 0; s < rows; s++) {
      const row = jacobian.subarray((start + s) * parameters, (start + s + 1) * parameters);
      for (let i = 0; i < m; i++) {
        const k = i * stride + s;
        const router = at(byRouter, k);
        scaleAt(router, x, s * d, row, i * d, d);
        scaleAt(at(byExpert, k), x, s * d, row, (m + i) * d, d);
        row[2 * m * d + i] = at(gate, k) * at(expert, k);
        if (biased) row[2 * m * d + m + i] = router;
      }
    }
  }
  return jacobian;
}

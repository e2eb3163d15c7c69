import { type Block, blockStride, blocks, checkInputs, type Inputs } from './blocks.ts';
import { addProduct } from './linalg/matrix.ts';
import { dot } from './linalg/vectors.ts';
import { type MoE, type Params, param, requireForm } from './moe.ts';

/**
 * f(x) = Σ_i a_i g(v_i·x) h(w_i·x) at `size` points, docs/theory.md (2), or with softmax routing
 * f(x) = Σ_i a_i π_i(x) h(w_i·x), docs/theory.md (5). `inputs` [size, d]; returns [size].
 * Throws a typed error for shapes that do not fit.
 */
export function forward(model: MoE, inputs: Inputs, size: number): Float64Array {
  requireForm('model', model);
  checkInputs(inputs, size, model.spec.inputDim, 'inputs');
  const amplitude = param(model.params, 'amplitude').data;
  const outputs = new Float64Array(size);
  for (const block of blocks(model, inputs, size)) addOutputs(amplitude, block, outputs);
  return outputs;
}

/**
 * Unit outputs u_i(x) = g(v_i·x) h(w_i·x), or π_i(x) h(w_i·x) with softmax routing, amplitudes left out,
 * docs/theory.md (1) and (5). `inputs` [size, d]; returns [size, m]. Throws a typed error for shapes that do not fit.
 */
export function units(model: MoE, inputs: Inputs, size: number): Float64Array {
  requireForm('model', model);
  const { inputDim: d, experts: m } = model.spec;
  checkInputs(inputs, size, d, 'inputs');
  const outputs = new Float64Array(size * m);
  for (const { start, rows, stride, gate, expert } of blocks(model, inputs, size)) {
    for (let i = 0; i < m; i++) {
      for (let s = 0; s < rows; s++) {
        const k = i * stride + s;
        outputs[(start + s) * m + i] = gate[k]! * expert[k]!;
      }
    }
  }
  return outputs;
}

/**
 * Half the mean squared error L = ½·mean (f(x_s) − y_s)² over a batch, docs/theory.md (3) with the mean in place of E,
 * and its Euclidean gradient by parameter name. `inputs` [size, d], `targets` [size]. Throws a typed error for shapes that do not fit.
 */
export function lossAndGradient(
  model: MoE,
  inputs: Inputs,
  targets: Inputs,
  size: number,
): { loss: number; gradient: Params } {
  requireForm('model', model);
  const { inputDim: d, experts: m } = model.spec;
  checkInputs(inputs, size, d, 'inputs');
  checkInputs(targets, size, 1, 'targets');
  const amplitude = param(model.params, 'amplitude').data;
  const stride = blockStride(size);
  const outputs = new Float64Array(size);
  const residuals = new Float64Array(size);
  const slopes = new Float64Array(2 * m * stride);
  const dAmplitude = new Float64Array(m);
  const dDirections = new Float64Array(2 * m * d);
  const dBias = model.spec.routing === 'softmax' ? new Float64Array(m) : undefined;
  for (const block of blocks(model, inputs, size)) {
    addOutputs(amplitude, block, outputs);
    subtractTargets(targets, block, outputs, residuals);
    differentiate(amplitude, block, residuals, slopes, dAmplitude);
    if (dBias) differentiateSoftmax(amplitude, block, outputs, residuals, slopes, dBias);
    addProduct(slopes, 2 * m, block.x, stride, d, dDirections);
  }
  return {
    loss: (0.5 * dot(residuals, residuals)) / size,
    gradient: {
      router: { shape: [m, d], data: dDirections.slice(0, m * d) },
      expert: { shape: [m, d], data: dDirections.slice(m * d) },
      amplitude: { shape: [m], data: dAmplitude },
      ...(dBias ? { routerBias: { shape: [m], data: dBias } } : {}),
    },
  };
}

/** Adds f(x) = Σ_i a_i g h at the block's points to `outputs`, [size]. */
function addOutputs(amplitude: Float64Array, block: Block, outputs: Float64Array): void {
  const { start, rows, stride, gate, expert } = block;
  for (let i = 0; i < amplitude.length; i++) {
    for (let s = 0; s < rows; s++) {
      const k = i * stride + s;
      outputs[start + s] = outputs[start + s]! + amplitude[i]! * gate[k]! * expert[k]!;
    }
  }
}

function subtractTargets(
  targets: Inputs,
  { start, rows }: Block,
  outputs: Float64Array,
  residuals: Float64Array,
): void {
  for (let s = start; s < start + rows; s++) residuals[s] = outputs[s]! - targets[s]!;
}

/**
 * With r the residual over the number of points: adds ∂L/∂a_i = Σ_s r g h to `dAmplitude`, and writes ∂L by each router
 * logit, r a_i g′ h, and by each expert logit, r a_i g h′, to `slopes`, [2m, stride].
 */
function differentiate(
  amplitude: Float64Array,
  { start, rows, stride, gate, gateSlope, expert, expertSlope }: Block,
  residuals: Float64Array,
  slopes: Float64Array,
  dAmplitude: Float64Array,
): void {
  const m = amplitude.length;
  const size = residuals.length;
  for (let i = 0; i < m; i++) {
    const a = amplitude[i]!;
    let sum = 0;
    for (let s = 0; s < rows; s++) {
      const k = i * stride + s;
      const r = residuals[start + s]! / size;
      sum += r * gate[k]! * expert[k]!;
      slopes[k] = r * a * gateSlope[k]! * expert[k]!;
      slopes[m * stride + k] = r * a * gate[k]! * expertSlope[k]!;
    }
    dAmplitude[i] = dAmplitude[i]! + sum;
  }
}

/**
 * Softmax gates sum to 1, so each logit moves all of them: ∂f/∂z_i = π_i (a_i h − f), docs/theory.md (5). Writes ∂L by
 * each router logit, r π_i (a_i h − f), over that of independent gates in `slopes`, and adds ∂L/∂b_i, its sum over the
 * points, to `dBias`.
 */
function differentiateSoftmax(
  amplitude: Float64Array,
  { start, rows, stride, gate, expert }: Block,
  outputs: Float64Array,
  residuals: Float64Array,
  slopes: Float64Array,
  dBias: Float64Array,
): void {
  const size = residuals.length;
  for (let i = 0; i < amplitude.length; i++) {
    const a = amplitude[i]!;
    let sum = 0;
    for (let s = 0; s < rows; s++) {
      const k = i * stride + s;
      const r = residuals[start + s]! / size;
      slopes[k] = r * gate[k]! * (a * expert[k]! - outputs[start + s]!);
      sum += slopes[k]!;
    }
    dBias[i] = dBias[i]! + sum;
  }
}

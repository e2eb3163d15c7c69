import { blockStride, blocks, checkInputs, type Inputs } from './blocks.ts';
import type { Objective } from './contracts.ts';
import { ValueError } from './errors.ts';
import { addProduct, writeScaledProducts } from './linalg/matrix.ts';
import { rootOfProduct } from './linalg/norm.ts';
import { addAt, at, dot, dotAt } from './linalg/vectors.ts';
import { requireForm } from './moe.ts';
import { type NDArray, zeros } from './ndarray.ts';
import type { Block } from './routing/interface.ts';
import { routingOf } from './routing.ts';
import type { MoE, Params } from './spec.ts';

/**
 * f(x) = Σ_i a_i g(v_i·x) h(w_i·x) at `size` points, docs/theory.md (2), or with shared gates
 * f(x) = Σ_i a_i π_i(x) h(w_i·x), docs/theory.md (5). `inputs` [size, d]; returns [size].
 * Throws a typed error for shapes that do not fit.
 */
export function forward(model: MoE, inputs: Inputs, size: number): Float64Array {
  requireForm('model', model);
  checkInputs(inputs, size, model.spec.inputDim, 'inputs');
  const amplitude = model.params.amplitude.data;
  const outputs = new Float64Array(size);
  for (const block of blocks(model, inputs, size)) addOutputs(amplitude, block, outputs);
  return outputs;
}

/**
 * Unit outputs u_i(x) = g(v_i·x) h(w_i·x), or π_i(x) h(w_i·x) with shared gates, amplitudes left out,
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
        outputs[(start + s) * m + i] = at(gate, k) * at(expert, k);
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
  return differentiate(model, inputs, targets, size);
}

/**
 * {@link lossAndGradient} with the second moments GᵀG of the derivatives of the batch's loss by the logits of router 1 … m,
 * expert 1 … m at each point, docs/theory.md (51), [2m, 2m].
 */
export function lossAndMoments(
  model: MoE,
  inputs: Inputs,
  targets: Inputs,
  size: number,
): { loss: number; gradient: Params; moments: NDArray } {
  const { experts: m } = model.spec;
  const moments = zeros([2 * m, 2 * m]);
  return { ...differentiate(model, inputs, targets, size, moments), moments };
}

function differentiate(
  model: MoE,
  inputs: Inputs,
  targets: Inputs,
  size: number,
  moments?: NDArray,
): { loss: number; gradient: Params } {
  requireForm('model', model);
  const { inputDim: d, experts: m } = model.spec;
  checkInputs(inputs, size, d, 'inputs');
  checkInputs(targets, size, 1, 'targets');
  const amplitude = model.params.amplitude.data;
  const stride = blockStride(size);
  const outputs = new Float64Array(size);
  const residuals = new Float64Array(size);
  const weights = new Float64Array(stride);
  const slopes = new Float64Array(2 * m * stride);
  const expertSlopes = slopes.subarray(m * stride);
  const dAmplitude = new Float64Array(m);
  const dDirections = new Float64Array(2 * m * d);
  const dBias = model.params.routerBias && new Float64Array(m);
  const routing = routingOf(model.spec.routing);
  for (const block of blocks(model, inputs, size)) {
    const { start, rows } = block;
    addOutputs(amplitude, block, outputs);
    for (let s = 0; s < rows; s++) {
      const residual = outputs[start + s]! - targets[start + s]!;
      residuals[start + s] = residual;
      weights[s] = residual / size;
    }
    addAmplitudeGradient(block, weights, dAmplitude);
    routing.slopes(amplitude, block, outputs.subarray(start), weights, slopes);
    writeExpertSlopes(amplitude, block, weights, expertSlopes);
    if (dBias) addRowSums(slopes, block, dBias);
    addProduct(slopes, 2 * m, block.x, stride, d, dDirections);
    if (moments) addMoments(slopes, block, moments);
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
export function addOutputs(amplitude: Float64Array, block: Block, outputs: Float64Array): void {
  const { start, rows, stride, gate, expert } = block;
  for (const [i, a] of amplitude.entries()) {
    for (let s = 0; s < rows; s++) {
      const k = i * stride + s;
      addAt(outputs, start + s, a * at(gate, k) * at(expert, k));
    }
  }
}

/** Writes weights[s] ∂f/∂y_i = weights[s] a_i g h′ for the logits y of the experts to `slopes`, [m, stride]. */
export function writeExpertSlopes(
  amplitude: Float64Array,
  { rows, stride, gate, expertSlope }: Block,
  weights: Float64Array,
  slopes: Float64Array,
): void {
  writeScaledProducts(amplitude, gate, expertSlope, weights, rows, stride, slopes);
}

/** Adds Σ_s weights[s] ∂f/∂a_i = Σ_s weights[s] g h to `dAmplitude`, [m]. */
function addAmplitudeGradient(
  { rows, stride, gate, expert }: Block,
  weights: Float64Array,
  dAmplitude: Float64Array,
): void {
  for (let i = 0; i < dAmplitude.length; i++) {
    let sum = 0;
    for (let s = 0; s < rows; s++) {
      const k = i * stride + s;
      sum += at(weights, s) * at(gate, k) * at(expert, k);
    }
    addAt(dAmplitude, i, sum);
  }
}

/** Adds the sum of each unit's slopes to `sums`, [m]: the gradient by what is added to its logit. */
function addRowSums(slopes: Float64Array, { rows, stride }: Block, sums: Float64Array): void {
  for (let i = 0; i < sums.length; i++) {
    let sum = 0;
    for (let s = 0; s < rows; s++) sum += at(slopes, i * stride + s);
    addAt(sums, i, sum);
  }
}

/** Adds the inner products of all slopes [2m, stride] over the points of the block to `moments`, [2m, 2m]. */
function addMoments(slopes: Float64Array, { rows, stride }: Block, moments: NDArray): void {
  const [n = 0] = moments.shape;
  for (let p = 0; p < n; p++) {
    for (let q = 0; q < n; q++) {
      addAt(moments.data, p * n + q, dotAt(slopes, p * stride, slopes, q * stride, rows));
    }
  }
}

/** Neither a loss of this size nor what is rounding beside it has lost anything to underflow. */
const LEAST_LOSS = 1e-280;

/**
 * ½E y², the loss of `model` with all amplitudes at zero: what losses are small or large against. Throws {@link ValueError}
 * for targets whose squares are zero, next to nothing or infinite, beside which no loss can be judged.
 */
export async function nullLoss(objective: Objective, { spec, params }: MoE): Promise<number> {
  const empty = { spec, params: { ...params, amplitude: zeros([spec.experts]) } };
  const { loss } = await objective.evaluate(empty, 0);
  if (loss >= LEAST_LOSS && loss < Infinity) return loss;
  throw new ValueError(`must have targets with a finite ½E y² of at least ${LEAST_LOSS}`, {
    field: 'objective',
    value: loss,
    remedy: 'Scale the targets, or the amplitudes of the target model, to a size near 1.',
  });
}

/**
 * √(2·`nullLoss`·`lambdaMax`), what gradients are small or large against: by Cauchy–Schwarz about the largest that a loss
 * of that size can have where the largest curvature is that.
 */
export function gradientScale(nullLoss: number, lambdaMax: number): number {
  return rootOfProduct(2 * nullLoss, Math.max(lambdaMax, 0));
}

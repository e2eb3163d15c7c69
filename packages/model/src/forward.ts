import { ShapeError } from './errors.ts';
import { activationOf } from './expert.ts';
import { gateOf } from './gate.ts';
import { type MoE, type Params, parameterLayout } from './moe.ts';
import { dotAt, type NDArray, zeros } from './ndarray.ts';

/** Points x as rows, [size, d] row-major. */
export type Inputs = Float64Array | Float32Array;

/** f(x) = Σ_i a_i g(v_i·x) h(w_i·x) at `size` points, docs/theory.md (2). Returns [size]. */
export function forward(model: MoE, inputs: Inputs, size: number): Float64Array {
  const m = model.spec.experts;
  const amplitude = model.params.amplitude!.data;
  const outputs = units(model, inputs, size);
  return Float64Array.from({ length: size }, (_, s) => dotAt(outputs, s * m, amplitude, 0, m));
}

/** Unit outputs u_i(x) = g(v_i·x) h(w_i·x), amplitudes left out, docs/theory.md (1). Returns [size, m]. */
export function units(model: MoE, inputs: Inputs, size: number): Float64Array {
  const { inputDim: d, experts: m } = model.spec;
  checkInputs(inputs, size, d);
  const gate = gateOf(model.spec.gate);
  const activation = activationOf(model.spec.expert);
  const router = model.params.router!.data;
  const expert = model.params.expert!.data;
  const outputs = new Float64Array(size * m);
  for (let s = 0; s < size; s++) {
    for (let i = 0; i < m; i++) {
      const g = gate.value(dotAt(router, i * d, inputs, s * d, d));
      outputs[s * m + i] = g * activation.value(dotAt(expert, i * d, inputs, s * d, d));
    }
  }
  return outputs;
}

/**
 * Half the mean squared error ½·mean (f(x_s) − y_s)² over a batch, docs/theory.md (3) with the mean in place of E, and
 * its Euclidean gradient by parameter name. `inputs` [size, d], `targets` [size]. Throws {@link ShapeError}.
 */
export function lossAndGradient(
  model: MoE,
  inputs: Inputs,
  targets: Inputs,
  size: number,
): { loss: number; gradient: Params } {
  const { inputDim: d, experts: m } = model.spec;
  checkInputs(inputs, size, d);
  checkInputs(targets, size, 1, 'targets');
  const gate = gateOf(model.spec.gate);
  const activation = activationOf(model.spec.expert);
  const router = model.params.router!.data;
  const expert = model.params.expert!.data;
  const amplitude = model.params.amplitude!.data;
  const gradient = emptyGradient(model);
  const dRouter = gradient.router!.data;
  const dExpert = gradient.expert!.data;
  const dAmplitude = gradient.amplitude!.data;

  const routerLogit = new Float64Array(m);
  const expertLogit = new Float64Array(m);
  const g = new Float64Array(m);
  const h = new Float64Array(m);
  let loss = 0;
  for (let s = 0; s < size; s++) {
    const x = s * d;
    let residual = -targets[s]!;
    for (let i = 0; i < m; i++) {
      routerLogit[i] = dotAt(router, i * d, inputs, x, d);
      expertLogit[i] = dotAt(expert, i * d, inputs, x, d);
      g[i] = gate.value(routerLogit[i]!);
      h[i] = activation.value(expertLogit[i]!);
      residual += amplitude[i]! * g[i]! * h[i]!;
    }
    loss += (0.5 * residual * residual) / size;
    for (let i = 0; i < m; i++) {
      const scale = (residual * amplitude[i]!) / size;
      dAmplitude[i] = dAmplitude[i]! + (residual / size) * g[i]! * h[i]!;
      addMultiple(dRouter, i * d, scale * gate.derivative(routerLogit[i]!) * h[i]!, inputs, x, d);
      addMultiple(
        dExpert,
        i * d,
        scale * g[i]! * activation.derivative(expertLogit[i]!),
        inputs,
        x,
        d,
      );
    }
  }
  return { loss, gradient };
}

/** Zeros of the names and shapes of the model's parameters. */
function emptyGradient(model: MoE): Record<string, NDArray> {
  return Object.fromEntries(
    Object.entries(parameterLayout(model.spec)).map(([name, { shape }]) => [name, zeros(shape)]),
  );
}

function addMultiple(
  target: Float64Array,
  targetStart: number,
  scale: number,
  source: Inputs,
  sourceStart: number,
  length: number,
): void {
  for (let j = 0; j < length; j++) {
    target[targetStart + j] = target[targetStart + j]! + scale * source[sourceStart + j]!;
  }
}

function checkInputs(array: Inputs, size: number, columns: number, field = 'inputs'): void {
  if (Number.isSafeInteger(size) && size >= 1 && array.length === size * columns) return;
  throw new ShapeError(`must hold size × ${columns} numbers for size ${size}`, {
    field,
    value: array.length,
    remedy: 'Pass points as rows, [size, inputDim] row-major, with size at least 1.',
  });
}

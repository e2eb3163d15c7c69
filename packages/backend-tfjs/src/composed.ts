import type { MoESpec } from '@softmoe/model';
import {
  add,
  matMul,
  mul,
  reshape,
  softmax,
  sub,
  sum,
  type Tensor,
  transpose,
} from '@tensorflow/tfjs-core';
import { type Evaluated, expertAt, gateAt } from './tensor-functions.ts';

/** Parameters as float32 tensors: router [m, d], expert [m, d], amplitude [m], routerBias [m]. */
export interface ParamTensors {
  readonly router: Tensor;
  readonly expert: Tensor;
  readonly amplitude: Tensor;
  readonly routerBias?: Tensor;
}

/** Gates and experts at n points, all [n, m]. Under softmax routing the gates' slope is left out. */
export interface UnitTensors {
  readonly gate: Evaluated;
  readonly expert: Evaluated;
}

// Core ops only, and every matMul of two matrices that are stored as they are used: tfjs-backend-wasm sends those to its
// fast routine and all others to a scalar loop. Intermediates belong to the caller's tidy.

/** Units at the points of `x` [n, d], docs/theory.md (1) and (5). */
export function evaluateUnits(x: Tensor, params: ParamTensors, spec: MoESpec): UnitTensors {
  const z = matMul(x, transpose(params.router));
  const expert = expertAt(spec.expert, matMul(x, transpose(params.expert)));
  if (spec.routing === 'independent') return { gate: gateAt(spec.gate, z), expert };
  const value = softmax(params.routerBias ? add(z, params.routerBias) : z);
  return { gate: { value, slope: value }, expert };
}

/** u_i(x) [n, m]. */
export function unitOutputs({ gate, expert }: UnitTensors): Tensor {
  return mul(gate.value, expert.value);
}

/** f(x) = Σ_i a_i u_i(x), [n, 1], docs/theory.md (2). */
export function outputsOf(units: UnitTensors, params: ParamTensors, spec: MoESpec): Tensor {
  return matMul(unitOutputs(units), reshape(params.amplitude, [spec.experts, 1]));
}

/** Gradients by parameter, and what those of the inputs are made of. */
export interface ComposedGradient {
  readonly params: Readonly<Record<string, Tensor>>;
  readonly routerLogits: Tensor;
  readonly expertLogits: Tensor;
}

/** The gradient of Σ_s cotangents[s]·f(x_s), `cotangents` [n, 1]. */
export function backpropagate(
  x: Tensor,
  cotangents: Tensor,
  units: UnitTensors,
  params: ParamTensors,
  spec: MoESpec,
): ComposedGradient {
  const { gate, expert } = units;
  const m = spec.experts;
  const n = x.shape[0] ?? 0;
  const scaled = mul(cotangents, reshape(params.amplitude, [1, m]));
  const expertLogits = mul(mul(scaled, gate.value), expert.slope);
  const independent = spec.routing === 'independent';
  const routerLogits = independent
    ? mul(mul(scaled, gate.slope), expert.value)
    : mul(gate.value, mul(cotangents, excess(units, params, spec)));
  const amplitude = matMul(reshape(cotangents, [1, n]), unitOutputs(units));
  return {
    params: {
      router: matMul(transpose(routerLogits), x),
      expert: matMul(transpose(expertLogits), x),
      amplitude: reshape(amplitude, [m]),
      ...(independent ? {} : { routerBias: sum(routerLogits, 0) }),
    },
    routerLogits,
    expertLogits,
  };
}

/** The gradient by the inputs, [n, d]. */
export function inputGradient(gradient: ComposedGradient, params: ParamTensors): Tensor {
  return add(
    matMul(gradient.routerLogits, params.router),
    matMul(gradient.expertLogits, params.expert),
  );
}

/** a_i h(w_i·x) − f(x): what a softmax gate would add by taking more, docs/theory.md (5). */
function excess(units: UnitTensors, params: ParamTensors, spec: MoESpec): Tensor {
  const each = mul(units.expert.value, reshape(params.amplitude, [1, spec.experts]));
  return sub(each, outputsOf(units, params, spec));
}

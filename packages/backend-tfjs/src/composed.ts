import type { MoESpec } from '@softmoe/model';
import type { RoutingName } from '@softmoe/model/checks';
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
import { type Evaluated, expertAt, gateAt, unknown } from './tensor-functions.ts';

/** Parameters as float32 tensors: router [m, d], expert [m, d], amplitude [m], routerBias [m]. */
export interface ParamTensors {
  readonly router: Tensor;
  readonly expert: Tensor;
  readonly amplitude: Tensor;
  readonly routerBias?: Tensor;
}

/** Gates and experts at n points, all [n, m]. Shared gates stand for their slopes. */
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
  return { gate: routingIn(spec).gates(z, params, spec), expert };
}

/** What makes gates [n, m] of the routers' logits z [n, m], and the gradient by z of Σ_s cotangents[s]·f(x_s). */
interface TensorRouting {
  gates(z: Tensor, params: ParamTensors, spec: MoESpec): Evaluated;
  logits(cotangents: Tensor, units: UnitTensors, params: ParamTensors, spec: MoESpec): Tensor;
}

const routings: Readonly<Record<RoutingName, TensorRouting>> = {
  independent: {
    gates: (z, _params, { gate }) => gateAt(gate, z),
    logits: (cotangents, { gate, expert }, params) =>
      mul(mul(scaled(cotangents, params), gate.slope), expert.value),
  },
  softmax: {
    gates(z, { routerBias }) {
      const value = softmax(routerBias ? add(z, routerBias) : z);
      return { value, slope: value };
    },
    /** Taking more of the gate adds a_i h(w_i·x) − f(x), docs/theory.md (5). */
    logits(cotangents, units, params, spec) {
      const each = mul(units.expert.value, reshape(params.amplitude, [1, spec.experts]));
      return mul(units.gate.value, mul(cotangents, sub(each, outputsOf(units, params, spec))));
    },
  },
};

function routingIn({ routing }: MoESpec): TensorRouting {
  if (Object.hasOwn(routings, routing)) return routings[routing];
  throw unknown('spec.routing', routing);
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
  const expertLogits = mul(mul(scaled(cotangents, params), gate.value), expert.slope);
  const routerLogits = routingIn(spec).logits(cotangents, units, params, spec);
  const amplitude = matMul(reshape(cotangents, [1, n]), unitOutputs(units));
  return {
    params: {
      router: matMul(transpose(routerLogits), x),
      expert: matMul(transpose(expertLogits), x),
      amplitude: reshape(amplitude, [m]),
      ...(params.routerBias ? { routerBias: sum(routerLogits, 0) } : {}),
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

/** a_i cotangents[s], [n, m]. */
function scaled(cotangents: Tensor, { amplitude }: ParamTensors): Tensor {
  return mul(cotangents, reshape(amplitude, [1, -1]));
}

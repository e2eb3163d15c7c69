import { type ExpertSpec, UnknownNameError } from '@softmoe/model';
import type { GateName } from '@softmoe/model/checks';
import {
  add,
  clipByValue,
  erf,
  exp,
  mul,
  onesLike,
  relu,
  sigmoid,
  step,
  sub,
  type Tensor,
  tanh,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** The largest number of float32. */
const MAX = 3.4028234663852886e38;

/** A function of every entry of a tensor, and its derivative there. Intermediates are the caller's tidy's. */
export interface Evaluated {
  readonly value: Tensor;
  readonly slope: Tensor;
}

/** g and g′ at the router's logits, docs/theory.md (1). */
export function gateAt(gate: GateName | undefined, z: Tensor): Evaluated {
  switch (gate) {
    case 'sigmoid':
      return logistic(z);
    case 'tanh':
      return hyperbolic(z);
    case 'probit':
      return { value: normalCdf(z), slope: normalDensity(z) };
    default:
      throw unknown('spec.gate', gate);
  }
}

/** h and h′ at the experts' logits, docs/theory.md (4). */
export function expertAt(expert: ExpertSpec, z: Tensor): Evaluated {
  switch (expert.kind) {
    case 'hermite':
      return series(z, [...new Array<number>(expert.degree).fill(0), 1]);
    case 'series':
      return series(z, expert.coefficients);
    case 'relu':
      return { value: relu(z), slope: step(z) };
    case 'tanh':
      return hyperbolic(z);
    case 'gelu': {
      const phi = normalCdf(z);
      // At ±∞, where z is multiplied by 0, only a finite factor gives the limit.
      const finite = clipByValue(z, -MAX, MAX);
      return {
        value: mul(clipByValue(z, -MAX, Infinity), phi),
        slope: add(phi, mul(finite, normalDensity(z))),
      };
    }
    case 'linear':
      return { value: z, slope: onesLike(z) };
    default:
      throw unknown('spec.expert', expert);
  }
}

function logistic(z: Tensor): Evaluated {
  const value = sigmoid(z);
  return { value, slope: mul(value, sigmoid(mul(z, -1))) };
}

/** tanh′z = 4 σ(2z) σ(−2z), which keeps its digits where 1 − tanh²z has none. */
function hyperbolic(z: Tensor): Evaluated {
  const twice = mul(z, 2);
  const slope = mul(mul(sigmoid(twice), sigmoid(mul(twice, -1))), 4);
  return { value: tanh(z), slope };
}

function normalCdf(z: Tensor): Tensor {
  return add(mul(erf(mul(z, Math.SQRT1_2)), 0.5), 0.5);
}

function normalDensity(z: Tensor): Tensor {
  return mul(exp(mul(mul(z, z), -0.5)), 1 / Math.sqrt(2 * Math.PI));
}

/** Σ_p η_p h_p with h_p = (z h_{p−1} − √(p−1) h_{p−2})/√p and h_p′ = √p h_{p−1}. */
function series(z: Tensor, coefficients: readonly number[]): Evaluated {
  let value = mul(onesLike(z), coefficients[0] ?? 0);
  let slope = zerosLike(z);
  let previous = zerosLike(z);
  let current = onesLike(z);
  coefficients.slice(1).forEach((eta, index) => {
    const p = index + 1;
    const root = Math.sqrt(p);
    if (eta !== 0) slope = add(slope, mul(current, eta * root));
    const next = sub(mul(mul(z, current), 1 / root), mul(previous, Math.sqrt((p - 1) / p)));
    previous = current;
    current = next;
    if (eta !== 0) value = add(value, mul(current, eta));
  });
  return { value, slope };
}

/** Nothing of that name can be made of core ops. */
export function unknown(field: string, value: unknown): UnknownNameError {
  return new UnknownNameError('is not known here', {
    field,
    value,
    remedy: 'Use one that @softmoe/model lists.',
  });
}

import {
  type Expert,
  type Gate,
  type MoESpec,
  ShapeError,
  UnknownNameError,
  UnsupportedError,
} from '@softmoe/model';
import { namedGate } from '@softmoe/model/checks';
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
  Tensor,
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
export function gateAt(gate: MoESpec['gate'], z: Tensor): Evaluated {
  const named = gate === undefined ? gate : namedGate(gate);
  if (typeof named === 'object') {
    if ('value' in named) return ownAt('spec.gate', named, z);
    if (named.norm === 'free') return gateAt(named.name, z);
    const { value, slope } = gateAt(named.name, mul(z, named.norm));
    return { value, slope: mul(slope, named.norm) };
  }
  switch (named) {
    case 'sigmoid':
      return logistic(z);
    case 'tanh':
      return hyperbolic(z);
    case 'probit':
      return { value: normalCdf(z), slope: normalDensity(z) };
    default:
      throw unknown('spec.gate', named);
  }
}

/** h and h′ at the experts' logits, docs/theory.md (4). */
export function expertAt(expert: MoESpec['expert'], z: Tensor): Evaluated {
  if ('value' in expert) return ownAt('spec.expert', expert, z);
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

/** A function of the user's own by its tensor function. Throws a typed error where it has none, or one that gives something else. */
function ownAt(field: string, f: Gate | Expert, z: Tensor): Evaluated {
  if (typeof f.tensor !== 'function') {
    throw new UnsupportedError('has no tensor function, which TensorFlow.js needs', {
      field: `${field}.tensor`,
      value: f.name,
      remedy: 'Add tensor(z) that gives { value, derivative }, or use the float64 reference.',
    });
  }
  const found: { readonly value?: unknown; readonly derivative?: unknown } = Object(
    f.tensor(z as never),
  );
  for (const name of ['value', 'derivative'] as const) {
    const tensor = found[name];
    if (tensor instanceof Tensor && String(tensor.shape) === String(z.shape)) continue;
    throw new ShapeError(`must be a tensor of shape [${z.shape.join(', ')}], that of z`, {
      field: `${field}.tensor(z).${name}`,
      value: tensor instanceof Tensor ? tensor.shape : tensor,
      remedy: `Give the ${name} of ${f.name} at every entry of z.`,
    });
  }
  return { value: found.value as Tensor, slope: found.derivative as Tensor };
}

/** Nothing of that name can be made of core ops. */
export function unknown(field: string, value: unknown): UnknownNameError {
  return new UnknownNameError('is not known here', {
    field,
    value,
    remedy: 'Use one that @softmoe/model lists.',
  });
}

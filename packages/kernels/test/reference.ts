import type { ExpertSpec } from '@softmoe/model';
import { expertOf, gateOf } from '@softmoe/model/checks';
import type { ModelSpec } from '../src/index.ts';

// The model of docs/theory.md in float64, as slow and plain as it can be written.

/** Parameters by name, row-major. */
export interface Parameters {
  readonly router: ArrayLike<number>;
  readonly expert: ArrayLike<number>;
  readonly amplitude: ArrayLike<number>;
  readonly routerBias: ArrayLike<number>;
}

export interface Evaluation {
  /** u_i(x_s), [n, m]. */
  readonly units: Float64Array;
  /** f(x_s), [n]. */
  readonly outputs: Float64Array;
}

/** A sum over rows, and the sum of the absolute values of its terms: rounding is in proportion to the latter. */
class Sums {
  readonly values: Float64Array;
  readonly magnitudes: Float64Array;

  constructor(length: number) {
    this.values = new Float64Array(length);
    this.magnitudes = new Float64Array(length);
  }

  add(i: number, term: number): void {
    this.values[i] = this.values[i]! + term;
    this.magnitudes[i] = this.magnitudes[i]! + Math.abs(term);
  }
}

export interface ReferenceGradient {
  readonly router: Sums;
  readonly expert: Sums;
  readonly amplitude: Sums;
  readonly routerBias: Sums;
  readonly inputs: Sums;
}

export function evaluate(
  spec: ModelSpec,
  params: Parameters,
  x: ArrayLike<number>,
  n: number,
): Evaluation {
  const m = spec.experts;
  const units = new Float64Array(n * m);
  const outputs = new Float64Array(n);
  for (let s = 0; s < n; s++) {
    const { gate, h } = rowOf(spec, params, x, s);
    for (let i = 0; i < m; i++) {
      units[s * m + i] = gate[i]! * h[i]!;
      outputs[s] = outputs[s]! + params.amplitude[i]! * units[s * m + i]!;
    }
  }
  return { units, outputs };
}

/** Σ_s cotangents[s]·∂f(x_s) by parameters and inputs. */
export function backward(
  spec: ModelSpec,
  params: Parameters,
  x: ArrayLike<number>,
  cotangents: ArrayLike<number>,
  n: number,
): ReferenceGradient {
  const { inputDim: d, experts: m } = spec;
  const { amplitude: a } = params;
  const gradient = {
    router: new Sums(m * d),
    expert: new Sums(m * d),
    amplitude: new Sums(m),
    routerBias: new Sums(m),
    inputs: new Sums(n * d),
  };
  for (let s = 0; s < n; s++) {
    const { gate, gateSlope, h, slope } = rowOf(spec, params, x, s);
    let f = 0;
    for (let i = 0; i < m; i++) f += a[i]! * gate[i]! * h[i]!;
    for (let i = 0; i < m; i++) {
      const c = cotangents[s]!;
      const soft = spec.routing === 'softmax';
      const byRouter = soft
        ? c * gate[i]! * (a[i]! * h[i]! - f)
        : c * a[i]! * gateSlope[i]! * h[i]!;
      const byExpert = c * a[i]! * gate[i]! * slope[i]!;
      gradient.amplitude.add(i, c * gate[i]! * h[i]!);
      gradient.routerBias.add(i, byRouter);
      for (let j = 0; j < d; j++) {
        gradient.router.add(i * d + j, byRouter * x[s * d + j]!);
        gradient.expert.add(i * d + j, byExpert * x[s * d + j]!);
        gradient.inputs.add(s * d + j, byRouter * params.router[i * d + j]!);
        gradient.inputs.add(s * d + j, byExpert * params.expert[i * d + j]!);
      }
    }
  }
  return gradient;
}

/** ½ mean (f − y)² and its gradient. */
export function lossAndGradient(
  spec: ModelSpec,
  params: Parameters,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  n: number,
): { loss: number; gradient: ReferenceGradient } {
  const { outputs } = evaluate(spec, params, x, n);
  const errors = outputs.map((f, s) => f - y[s]!);
  const loss = errors.reduce((sum, e) => sum + (0.5 * e * e) / n, 0);
  const cotangents = errors.map((e) => e / n);
  return { loss, gradient: backward(spec, params, x, cotangents, n) };
}

/** Gates and experts of one row, with their derivatives. */
function rowOf(spec: ModelSpec, params: Parameters, x: ArrayLike<number>, s: number) {
  const { inputDim: d, experts: m } = spec;
  const logit = (rows: ArrayLike<number>, i: number): number => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += rows[i * d + j]! * x[s * d + j]!;
    return sum;
  };
  const each = (f: (i: number) => number) => Array.from({ length: m }, (_, i) => f(i));
  const soft = spec.routing === 'softmax';
  const routers = each((i) => logit(params.router, i) + (soft ? params.routerBias[i]! : 0));
  const experts = each((i) => logit(params.expert, i));
  const activation = expertOf(spec.expert as ExpertSpec);
  const h = experts.map((z) => activation.value(z));
  const slope = experts.map((z) => activation.derivative(z));
  if (spec.routing === 'softmax') {
    const most = Math.max(...routers);
    const e = routers.map((z) => Math.exp(z - most));
    const sum = e.reduce((total, value) => total + value, 0);
    return { gate: e.map((value) => value / sum), gateSlope: e, h, slope };
  }
  const { value, derivative } = gateOf(spec.gate);
  return { gate: routers.map(value), gateSlope: routers.map(derivative), h, slope };
}

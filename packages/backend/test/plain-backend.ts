import type { Points } from '@softmoe/model';
import {
  expertOf,
  gateOf,
  type Inputs,
  type MoE,
  type NDArray,
  param,
  zeros,
} from '@softmoe/model';
import type { Backend, BackendInfo, LossAndGradient } from '../src/index.ts';
import { createReferenceBackend } from '../src/index.ts';

/**
 * An honest backend written a second time, point by point with the plainest order of sums, every sum and product
 * rounded to the precision asked for. Only the checks of arguments are the reference backend's.
 */
export function createPlainBackend(precision: BackendInfo['precision']): Backend {
  const reference = createReferenceBackend();
  const round = precision === 'float32' ? Math.fround : (x: number) => x;
  return {
    ...reference,
    info: { ...reference.info, name: `plain ${precision}`, precision },
    async predict(model, inputs, size) {
      await reference.predict(model, inputs, size);
      const points = Array.from({ length: size }, (_, s) => unitsAt(model, inputs, s, round));
      return Float64Array.from(points, (units) => output(units, round));
    },
    async units(model, inputs, size) {
      await reference.units(model, inputs, size);
      const points = Array.from({ length: size }, (_, s) => unitsAt(model, inputs, s, round));
      return Float64Array.from(points.flat(), ({ g, h }) => round(g * h));
    },
    async lossAndGradient(model, batch) {
      await reference.lossAndGradient(model, batch);
      return lossAndGradient(model, batch, round);
    },
  };
}

type Round = (x: number) => number;

interface Unit {
  readonly amplitude: number;
  readonly g: number;
  readonly h: number;
  readonly dh: number;
  /** ∂f/∂z for the router logit z. */
  readonly df: number;
}

/** All units at point s. */
function unitsAt({ spec, params }: MoE, inputs: Inputs, s: number, round: Round): Unit[] {
  const { inputDim: d, experts: m } = spec;
  const activation = expertOf(spec.expert);
  const logits = (name: 'router' | 'expert') =>
    Array.from({ length: m }, (_, i) => {
      const { data } = params[name];
      let sum = 0;
      for (let j = 0; j < d; j++) {
        sum = round(sum + round(round(data[i * d + j]!) * round(inputs[s * d + j]!)));
      }
      return sum;
    });
  const experts = logits('expert').map((y, i) => ({
    amplitude: round(param(params, 'amplitude').data[i]!),
    h: round(activation.value(y)),
    dh: round(activation.derivative(y)),
  }));
  const terms = experts.map(({ amplitude, h }) => round(amplitude * h));
  const router = logits('router');
  if (spec.routing === 'independent') {
    const gate = gateOf(spec.gate);
    return experts.map((unit, i) => ({
      ...unit,
      g: round(gate.value(router[i]!)),
      df: round(round(gate.derivative(router[i]!)) * terms[i]!),
    }));
  }
  const bias = param(params, 'routerBias').data;
  const pi = softmax(
    router.map((z, i) => round(z + round(bias[i]!))),
    round,
  );
  return experts.map((unit, i) => ({
    ...unit,
    g: pi[i]!,
    df: terms.reduce((sum, term, l) => round(sum + round(term * jacobian(pi, l, i, round))), 0),
  }));
}

function softmax(logits: number[], round: Round): number[] {
  const largest = Math.max(...logits);
  const exponentials = logits.map((z) => round(Math.exp(round(z - largest))));
  const total = exponentials.reduce((sum, e) => round(sum + e), 0);
  return exponentials.map((e) => round(e / total));
}

/** ∂π_l/∂z_i = π_l (δ_li − π_i). */
function jacobian(pi: number[], l: number, i: number, round: Round): number {
  return round(pi[l]! * round((l === i ? 1 : 0) - pi[i]!));
}

function output(units: Unit[], round: Round): number {
  let sum = 0;
  for (const { amplitude, g, h } of units) sum = round(sum + round(amplitude * round(g * h)));
  return sum;
}

function lossAndGradient(model: MoE, batch: Points, round: Round): LossAndGradient {
  const { inputs, targets, size } = batch;
  const { inputDim: d, experts: m, routing } = model.spec;
  const gradient = {
    router: zeros([m, d]),
    expert: zeros([m, d]),
    amplitude: zeros([m]),
    ...(routing === 'softmax' ? { routerBias: zeros([m]) } : {}),
  };
  const add = ({ data }: NDArray, at: number, term: number) => {
    data[at] = round(data[at]! + round(term));
  };
  let loss = 0;
  for (let s = 0; s < size; s++) {
    const units = unitsAt(model, inputs, s, round);
    const residual = round(output(units, round) - round(targets[s]!));
    loss = round(loss + round(round(residual * residual) / (2 * size)));
    const r = round(residual / size);
    units.forEach(({ amplitude, g, h, dh, df }, i) => {
      add(gradient.amplitude, i, r * round(g * h));
      if (gradient.routerBias) add(gradient.routerBias, i, r * df);
      for (let j = 0; j < d; j++) {
        const x = round(inputs[s * d + j]!);
        add(gradient.router, i * d + j, round(r * df) * x);
        add(gradient.expert, i * d + j, round(round(r * amplitude) * round(g * dh)) * x);
      }
    });
  }
  return { loss, gradient };
}

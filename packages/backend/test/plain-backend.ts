import {
  activationOf,
  gateOf,
  type Inputs,
  type MoE,
  type NDArray,
  param,
  zeros,
} from '@softmoe/model';
import type { Backend, BackendInfo, Batch, LossAndGradient } from '../src/index.ts';
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
  readonly dg: number;
  readonly h: number;
  readonly dh: number;
}

/** All units at point s. */
function unitsAt(model: MoE, inputs: Inputs, s: number, round: Round): Unit[] {
  const { inputDim: d, experts: m } = model.spec;
  const gate = gateOf(model.spec.gate);
  const activation = activationOf(model.spec.expert);
  const amplitudes = param(model.params, 'amplitude').data;
  const logit = (name: string, i: number) => {
    const { data } = param(model.params, name);
    let sum = 0;
    for (let j = 0; j < d; j++) {
      sum = round(sum + round(round(data[i * d + j]!) * round(inputs[s * d + j]!)));
    }
    return sum;
  };
  return Array.from({ length: m }, (_, i) => {
    const [z, y] = [logit('router', i), logit('expert', i)];
    return {
      amplitude: round(amplitudes[i]!),
      g: round(gate.value(z)),
      dg: round(gate.derivative(z)),
      h: round(activation.value(y)),
      dh: round(activation.derivative(y)),
    };
  });
}

function output(units: Unit[], round: Round): number {
  let sum = 0;
  for (const { amplitude, g, h } of units) sum = round(sum + round(amplitude * round(g * h)));
  return sum;
}

function lossAndGradient(model: MoE, batch: Batch, round: Round): LossAndGradient {
  const { inputs, targets, size } = batch;
  const { inputDim: d, experts: m } = model.spec;
  const gradient = { router: zeros([m, d]), expert: zeros([m, d]), amplitude: zeros([m]) };
  const add = ({ data }: NDArray, at: number, term: number) => {
    data[at] = round(data[at]! + round(term));
  };
  let loss = 0;
  for (let s = 0; s < size; s++) {
    const units = unitsAt(model, inputs, s, round);
    const residual = round(output(units, round) - round(targets[s]!));
    loss = round(loss + round(round(residual * residual) / (2 * size)));
    units.forEach(({ amplitude, g, dg, h, dh }, i) => {
      const r = round(residual / size);
      const weight = round(r * amplitude);
      add(gradient.amplitude, i, r * round(g * h));
      for (let j = 0; j < d; j++) {
        const x = round(inputs[s * d + j]!);
        add(gradient.router, i * d + j, round(weight * round(dg * h)) * x);
        add(gradient.expert, i * d + j, round(weight * round(g * dh)) * x);
      }
    });
  }
  return { loss, gradient };
}

import type { Objective } from '@softmoe/model';
import { scaleParams } from '@softmoe/model/linalg';
import { describe, expect, it } from 'vitest';
import { someModel } from '../../../model/test/models.ts';
import { coupled, distance, offSphere, pull, pulled } from '../../fixtures/objectives.ts';
import { balancedFlow, plainFlow, type VectorField } from '../fields.ts';
import { integrate, type Method } from '../integrate.ts';
import type { TrainState } from '../state.ts';
import { bogackiShampine } from './bogacki-shampine.ts';
import { dormandPrince } from './dormand-prince.ts';
import { euler } from './euler.ts';

const start = someModel({ inputDim: 5, experts: 3 });
const target = scaleParams(1.5, someModel({ inputDim: 5, experts: 3 }, 4).params);
const field = Float64Array.of(0.5, -0.3, 0.8, 0.1, -0.6);
const other = Float64Array.of(-0.2, 0.7, 0.4, -0.5, 0.3);
const TIME = 1;

async function run(
  flow: VectorField,
  objective: Objective,
  method: Method,
  until = TIME,
): Promise<TrainState> {
  const stepper = integrate(flow, objective, method);
  let state = await stepper.init(start);
  while (state.time < until) state = await stepper.step(state, until);
  return state;
}

/** Least-squares slope of log(error) over log(step). */
function slope(steps: readonly number[], errors: readonly number[]): number {
  const x = steps.map(Math.log);
  const y = errors.map(Math.log);
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, i) => (value - mx) * (y[i]! - my)));
  return covariance / mean(x.map((value) => (value - mx) ** 2));
}

const methods = [
  { name: 'Euler', order: 1, make: euler, counts: [64, 128, 256, 512] },
  { name: 'Bogacki–Shampine', order: 3, make: bogackiShampine, counts: [16, 32, 64, 128] },
  { name: 'Dormand–Prince', order: 5, make: dormandPrince, counts: [8, 16, 32, 64] },
];

describe.each(methods)('$name with fixed steps', ({ order, make, counts }) => {
  const steps = counts.map((count) => TIME / count);

  it(`converges with order ${order} to the exact solution of a flow on spheres`, async () => {
    const exact = pulled(start, target, TIME);
    const ends = await Promise.all(
      steps.map((fixedStep) => run(plainFlow, pull(target), make({ fixedStep }))),
    );
    const errors = ends.map(({ model }) => distance(model.params, exact));
    expect(Math.abs(slope(steps, errors) - order)).toBeLessThan(0.1);
    expect(make({ fixedStep: 1 }).order).toBe(order);
  });

  it(`loses no order of ${order} on the balanced flow of coupled parameters`, async () => {
    const objective = coupled(field, other);
    const fine = await run(balancedFlow, objective, dormandPrince({ fixedStep: TIME / 400 }));
    const ends = await Promise.all(
      steps.map((fixedStep) => run(balancedFlow, objective, make({ fixedStep }))),
    );
    const errors = ends.map(({ model }) => distance(model.params, fine.model.params));
    expect(slope(steps, errors)).toBeGreaterThan(order - 0.1);
  });

  it('a fixed step stays on the sphere and ends at the time asked for', async () => {
    const end = await run(plainFlow, pull(target), make({ fixedStep: 0.3 }));
    expect(end.step).toBe(4);
    expect(end.time).toBe(TIME);
    expect(offSphere(end.model)).toBeLessThan(1e-15);
  });
});

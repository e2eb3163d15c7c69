import { type MoE, type NDArray, ndarray, type Params, ValueError } from '@softmoe/model';
import { addScaled, dotAt, mapParams, projectTangent, scaleParams } from '@softmoe/model/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyModel, someModel } from '../../../model/test/models.ts';
import { coupled, distance, offSphere, pull, pulled } from '../../fixtures/objectives.ts';
import { DivergedError } from '../errors.ts';
import { balancedFlow, plainFlow } from '../fields.ts';
import { integrate } from '../integrate.ts';
import { euler, sgd } from '../methods/euler.ts';
import { descend, type Optimizer } from '../optimizer.ts';
import type { Stepper, TrainState } from '../state.ts';
import { adam } from './adam.ts';

const shape = { inputDim: 4, experts: 2 };
const start = someModel(shape);
const target = someModel(shape, 5).params;
const objective = coupled(Float64Array.of(0.5, -0.3, 0.8, 0.2), Float64Array.of(-0.2, 0.7, 0.4, 1));

async function descendFor<Memory>(
  optimizer: Optimizer<Memory>,
  updates: number,
  from: MoE = start,
) {
  const stepper = descend(optimizer, pull(target));
  let state = await stepper.init(from);
  for (let i = 0; i < updates; i++) state = await stepper.step(state);
  return state;
}

/** Angle between a row before and after. */
function angle(before: MoE, after: MoE, name: 'router' | 'expert', i: number): number {
  const d = before.spec.inputDim;
  return Math.acos(
    Math.min(1, dotAt(before.params[name].data, i * d, after.params[name].data, i * d, d)),
  );
}

describe.each<{ name: string; make: () => Optimizer }>([
  { name: 'sgd', make: () => sgd({ learningRate: 0.02 }) },
  { name: 'adam', make: () => adam({ learningRate: 0.01 }) },
  { name: 'euler of the balanced flow', make: () => euler(balancedFlow, { fixedStep: 0.02 }) },
])('$name', ({ make }) => {
  it('stays on the sphere, lowers the loss and leaves what it is given alone', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel(shape), async (model) => {
        const kept = structuredClone(model.params);
        const stepper = descend(make(), objective);
        let state = await stepper.init(model);
        const first = state.evaluation.loss;
        for (let i = 0; i < 5; i++) {
          const memory = structuredClone(state.memory);
          const next = await stepper.step(state);
          expect(state.memory).toEqual(memory);
          state = next;
        }
        expect(model.params).toEqual(kept);
        expect(offSphere(state.model)).toBeLessThan(1e-15);
        if (first > 0.5) expect(state.evaluation.loss).toBeLessThan(first);
      }),
      { numRuns: 50 },
    );
  });
});

describe('sgd', () => {
  it('is Euler on the plain flow, and its time is flow time', async () => {
    const stepper = integrate(plainFlow, pull(target), euler({ fixedStep: 0.05 }));
    let flow = await stepper.init(start);
    for (let i = 0; i < 40; i++) flow = await stepper.step(flow);
    const state = await descendFor(sgd({ learningRate: 0.05 }), 40);
    expect(distance(state.model.params, flow.model.params)).toBeLessThan(1e-14);
    expect(state.time).toBeCloseTo(flow.time, 12);
  });

  it('follows the flow as its rate goes to 0', async () => {
    const exact = pulled(start, target, 1);
    const coarse = await descendFor(sgd({ learningRate: 1 / 50 }), 50);
    const fine = await descendFor(sgd({ learningRate: 1 / 500 }), 500);
    expect(distance(coarse.model.params, exact)).toBeLessThan(0.05);
    expect(distance(fine.model.params, exact)).toBeLessThan(
      0.15 * distance(coarse.model.params, exact),
    );
  });
});

describe('adam', () => {
  it('turns each row by the angle learningRate in its first update, and moves each free entry by it', async () => {
    const state = await descendFor(adam({ learningRate: 1e-3 }), 1);
    for (const name of ['router', 'expert'] as const) {
      for (let i = 0; i < 2; i++) expect(angle(start, state.model, name, i)).toBeCloseTo(1e-3, 7);
    }
    const moved = addScaled(state.model.params, -1, start.params).amplitude;
    moved.data.forEach((x) => {
      expect(Math.abs(x)).toBeCloseTo(1e-3, 8);
    });
    expect(state.time).toBe(1);
  });

  it('keeps its first moment tangent to the moving rows', async () => {
    const { model, memory } = await descendFor(adam({ learningRate: 0.1 }), 20);
    const { first } = memory;
    expect(distance(first, projectTangent(model, first))).toBeLessThan(1e-14);
  });

  it('is the rule of Kingma and Ba on free arrays', () => {
    const rate = 0.1;
    const optimizer = adam({ learningRate: rate, beta1: 0.8, beta2: 0.9, epsilon: 1e-3 });
    let memory = optimizer.init(start);
    let model = start;
    let x = start.params.amplitude.data[0]!;
    let m = 0;
    let v = 0;
    for (let t = 1; t <= 10; t++) {
      const g = Math.sin(t);
      const gradient: Params = {
        ...mapParams(start.params, (array) =>
          ndarray(
            array.shape,
            array.data.map(() => 0),
          ),
        ),
        amplitude: ndarray([2], [g, 0]),
      };
      ({ model, memory } = optimizer.update(gradient, memory, model));
      m = 0.8 * m + 0.2 * g;
      v = 0.9 * v + 0.1 * g * g;
      x -= (rate * (m / (1 - 0.8 ** t))) / (Math.sqrt(v / (1 - 0.9 ** t)) + 1e-3);
      expect(model.params.amplitude.data[0]).toBeCloseTo(x, 14);
      expect(model.params.amplitude.data[1]).toBe(start.params.amplitude.data[1]);
    }
  });

  it('takes the same updates in rotated coordinates', () => {
    const swap = (params: Params) =>
      mapParams(params, ({ shape: s, data }, name) => ({
        shape: s,
        data:
          name === 'amplitude'
            ? data
            : data.map((value, i) => {
                const pair = [data[i - (i % 2)]!, data[i - (i % 2) + 1]!] as const;
                return i % 2 === 0 ? 0.6 * pair[0] - 0.8 * pair[1] : 0.8 * pair[0] + 0.6 * value;
              }),
      }));
    const optimizer = adam({ learningRate: 0.1 });
    const gradient = projectTangent(start, target);
    const turned = { spec: start.spec, params: swap(start.params) };
    let here = { model: start, memory: optimizer.init(start) };
    let there = { model: turned, memory: optimizer.init(turned) };
    for (let i = 0; i < 5; i++) {
      here = optimizer.update(projectTangent(here.model, gradient), here.memory, here.model);
      there = optimizer.update(
        projectTangent(there.model, swap(gradient)),
        there.memory,
        there.model,
      );
    }
    expect(distance(swap(here.model.params), there.model.params)).toBeLessThan(1e-13);
  });

  it('converges to the target', async () => {
    const { model } = await descendFor(adam({ learningRate: 0.01 }), 3000);
    expect(distance(model.params, target)).toBeLessThan(1e-3);
  });
});

it.each([
  () => sgd({ learningRate: 0 }),
  () => sgd({ learningRate: Number.NaN }),
  () => adam({ learningRate: -1 }),
  () => adam({ learningRate: 1, beta1: 1 }),
  () => adam({ learningRate: 1, epsilon: 0 }),
  () => adam({ learningRate: 1, epsilon: 1e-160 }),
  () => euler(plainFlow, { fixedStep: Number.POSITIVE_INFINITY }),
])('an optimiser refuses options out of range', (make) => {
  expect(make).toThrow(ValueError);
});

it('an optimiser says that it diverged, with the last state, when an update overflows', async () => {
  const stepper = descend(sgd({ learningRate: 1e300 }), {
    evaluate: async (model) => ({ loss: 1, gradient: scaleParams(1e10, model.params) }),
  });
  const state = await stepper.init(start);
  const error = await stepper.step(state).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DivergedError);
  expect(error).toMatchObject({ step: 1, lastState: state, cause: expect.any(ValueError) });
});

it('an optimiser refuses to go on from the state of another', async () => {
  const state: TrainState = await descend(sgd({ learningRate: 1 }), objective).init(start);
  const other: Stepper = descend(adam({ learningRate: 1 }), objective);
  await expect(other.step(state)).rejects.toThrow('state.memory.updates');
});

it('adam says of which row the square is beyond float64, where its second moment would stop it for ever', async () => {
  const huge = (size: number) =>
    descend(adam({ learningRate: 0.1 }), {
      evaluate: async (model) => ({
        loss: 1,
        gradient: projectTangent(
          model,
          mapParams(target, (array) => scaled(array, size)),
        ),
      }),
    });
  const scaled = ({ shape, data }: NDArray, size: number) => ({
    shape,
    data: data.map((x) => size * x),
  });
  const good = huge(1e150);
  const moved = await good.step(await good.init(start));
  expect(angle(start, moved.model, 'router', 0)).toBeCloseTo(Math.atan(0.1), 6);
  const bad = huge(1e160);
  const error = await bad.step(await bad.init(start)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ValueError);
  expect(error).toMatchObject({
    field: 'gradient.router[0]',
    problem: expect.stringMatching(/adam/),
  });
  expect((error as ValueError).value).toBeGreaterThan(1e159);
});

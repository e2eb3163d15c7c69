import { type MoE, type Objective, retract, ValueError } from '@softmoe/model';
import { scaleParams } from '@softmoe/model/linalg';
import { describe, expect, it } from 'vitest';
import { someModel } from '../../../model/test/models.ts';
import { counted, coupled, distance, offSphere, pull, pulled } from '../../fixtures/objectives.ts';
import { StepSizeError } from '../errors.ts';
import { balancedFlow, plainFlow } from '../fields.ts';
import { integrate } from '../integrate.ts';
import type { Stepper, TrainState } from '../state.ts';
import { bogackiShampine } from './bogacki-shampine.ts';
import { dormandPrince } from './dormand-prince.ts';
import type { AdaptiveOptions } from './runge-kutta.ts';

const shape = { inputDim: 5, experts: 3 };
const start = someModel(shape);
const target = scaleParams(1.5, someModel(shape, 4).params);
const b = Float64Array.of(0.5, -0.3, 0.8, 0.1, -0.6);
const c = Float64Array.of(-0.2, 0.7, 0.4, -0.5, 0.3);

async function run<Memory>(
  stepper: Stepper<Memory>,
  until: number,
  model: MoE = start,
): Promise<TrainState<Memory>> {
  let state = await stepper.init(model);
  while (state.time < until) state = await stepper.step(state, until);
  return state;
}

describe.each([
  { name: 'Bogacki–Shampine', make: bogackiShampine, stages: 3 },
  { name: 'Dormand–Prince', make: dormandPrince, stages: 6 },
])('adaptive $name', ({ make, stages }) => {
  const follow = (options: AdaptiveOptions) => integrate(plainFlow, pull(target), make(options));

  it('keeps the error near the tolerance', async () => {
    const exact = pulled(start, target, 3);
    for (const rtol of [1e-3, 1e-5, 1e-7]) {
      const { model } = await run(follow({ rtol, atol: rtol }), 3);
      expect(distance(model.params, exact)).toBeLessThan(10 * rtol);
      expect(offSphere(model)).toBeLessThan(1e-15);
    }
  });

  it('takes fewer steps for a looser tolerance', async () => {
    const steps = async (rtol: number) => (await run(follow({ rtol, atol: rtol }), 3)).step;
    expect(await steps(1e-3)).toBeLessThan(0.8 * (await steps(1e-6)));
  });

  it('ends at the time asked for, and the cut step leaves the step size as it was', async () => {
    const stepper = follow({ rtol: 1e-4 });
    let before = await stepper.init(start);
    for (let i = 0; i < 5; i++) before = await stepper.step(before);
    const length = before.memory.stepSize!;
    const end = await stepper.step(before, before.time + length / 3);
    expect(end.time).toBe(before.time + length / 3);
    expect(end.memory.stepSize).toBe(length);
  });

  it('evaluates once a stage: the slope at the end of a step starts the next', async () => {
    const objective = counted(coupled(b, c));
    const end = await run(integrate(balancedFlow, objective, make({ rtol: 1e-4 })), 2);
    const { evaluations, rejections } = end.memory;
    expect(evaluations).toBe(objective.count);
    expect(evaluations).toBe(1 + stages * (end.step + rejections!));
    expect(await objective.evaluate(end.model, 0)).toEqual(end.evaluation);
  });

  it('recovers from a first step that is far too long', async () => {
    const end = await run(follow({ rtol: 1e-6, atol: 1e-6, initialStep: 50 }), 3);
    expect(end.memory.rejections).toBeGreaterThan(0);
    expect(distance(end.model.params, pulled(start, target, 3))).toBeLessThan(1e-5);
  });

  it('takes a stage that is not finite for a step that is too long', async () => {
    const cliff: Objective = {
      evaluate: async (model, step) => {
        const { loss, gradient } = await pull(target).evaluate(model, step);
        const far = distance(model.params, start.params) > 0.05;
        return { loss: far ? Number.NaN : loss, gradient };
      },
    };
    const stepper = integrate(plainFlow, cliff, make({ initialStep: 1 }));
    const state = await stepper.step(await stepper.init(start));
    expect(distance(state.model.params, start.params)).toBeLessThan(0.05);
    expect(state.memory.rejections).toBeGreaterThan(0);
  });

  it('takes the same steps in rotated coordinates', async () => {
    const sine = Math.sin(0.7);
    const cosine = Math.cos(0.7);
    const turn = (x: Float64Array) =>
      x.map((value, i) => {
        if (i % 5 === 0) return cosine * value - sine * x[i + 1]!;
        return i % 5 === 1 ? sine * x[i - 1]! + cosine * value : value;
      });
    const { router, expert, amplitude } = start.params;
    const turned = retract(start.spec, {
      router: { shape: router.shape, data: turn(router.data) },
      expert: { shape: expert.shape, data: turn(expert.data) },
      amplitude: amplitude,
    });
    const here = await run(integrate(balancedFlow, coupled(b, c), make({})), 2);
    const there = await run(
      integrate(balancedFlow, coupled(turn(b), turn(c)), make({})),
      2,
      turned,
    );
    expect(there.step).toBe(here.step);
    expect(there.evaluation.loss).toBeCloseTo(here.evaluation.loss, 12);
    expect(there.memory.stepSize).toBeCloseTo(here.memory.stepSize!, 9);
  });

  it('keeps every step within maxStep', async () => {
    const stepper = follow({ maxStep: 0.05 });
    let state = await stepper.init(start);
    for (let i = 0; i < 30; i++) {
      const next = await stepper.step(state);
      expect(next.time - state.time).toBeLessThan(0.05 + 1e-15);
      state = next;
    }
  });

  it('rests at a critical point', async () => {
    const still: Objective = {
      evaluate: async (model) => ({ loss: 0, gradient: scaleParams(0, model.params) }),
    };
    const stepper = integrate(plainFlow, still, make());
    let state = await stepper.init(start);
    for (let i = 0; i < 600; i++) state = await stepper.step(state);
    expect(distance(state.model.params, start.params)).toBeLessThan(1e-15);
    expect(state.time).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('says so when no step is short enough', async () => {
    const noise: Objective = {
      evaluate: async (model, step) => {
        const { loss, gradient } = await pull(target).evaluate(model, step);
        const x = model.params.router.data[0]!;
        return { loss, gradient: scaleParams(Math.sin(1e20 * x), gradient) };
      },
    };
    const stepper = integrate(plainFlow, noise, make({ minStep: 1e-6, rtol: 1e-10 }));
    const started = await stepper.init(start);
    const fail = async () => {
      let state = started;
      for (;;) state = await stepper.step(state);
    };
    const error = await fail().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StepSizeError);
    expect(error).toMatchObject({ field: 'stepSize', lastState: { model: { spec: start.spec } } });
  });

  it.each([
    [{ rtol: -1 }, 'method.rtol'],
    [{ atol: 0 }, 'method.atol'],
    [{ minStep: 0 }, 'method.minStep'],
    [{ minStep: 1, maxStep: 0.5 }, 'method.maxStep'],
    [{ maxStep: Number.POSITIVE_INFINITY }, 'method.maxStep'],
    [{ initialStep: Number.NaN }, 'method.initialStep'],
    [{ fixedStep: 0 }, 'method.fixedStep'],
  ])('refuses %j', (options, field) => {
    expect(() => make(options)).toThrow(ValueError);
    expect(() => make(options)).toThrow(field);
  });
});

it('an adaptive method refuses to go on from the state of another', async () => {
  const fixed = integrate(plainFlow, pull(target), bogackiShampine({ fixedStep: 0.1 }));
  const adaptive = integrate(plainFlow, pull(target), bogackiShampine());
  await expect(adaptive.step(await fixed.init(start))).rejects.toThrow('state.memory');
});

it('an adaptive method starts with a step in proportion to the time scale of the flow', async () => {
  const fast = pull(scaleParams(1000, target));
  const slow = await integrate(plainFlow, pull(target), dormandPrince()).init(start);
  const quick = await integrate(plainFlow, fast, dormandPrince()).init(start);
  const ratio = slow.memory.stepSize! / quick.memory.stepSize!;
  expect(ratio).toBeGreaterThan(300);
  expect(ratio).toBeLessThan(3000);
});

import { ndarray, UnknownNameError, UnsupportedError } from '@softmoe/model';
import { dotParams, projectTangent, scaleParams } from '@softmoe/model/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyModel, someModel } from '../../model/test/models.ts';
import { coupled } from '../fixtures/objectives.ts';
import { ZeroAmplitudeError } from './errors.ts';
import { balancedFlow, frozen, plainFlow } from './fields.ts';

const objective = coupled(Float64Array.of(0.5, -0.3, 0.8), Float64Array.of(-0.2, 0.7, 0.4));
const shape = { inputDim: 3, experts: 2 };

describe.each([
  { name: 'plainFlow', field: plainFlow },
  { name: 'balancedFlow', field: balancedFlow },
])('$name', ({ field }) => {
  it('is tangent and never points uphill', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel(shape), async (model) => {
        const { gradient } = await objective.evaluate(model, 0);
        const velocity = field(model, gradient);
        const tangent = projectTangent(model, velocity);
        for (const name of ['router', 'expert', 'amplitude'] as const) {
          velocity[name].data.forEach((x, i) => {
            expect(tangent[name].data[i]).toBeCloseTo(x, 12);
          });
        }
        expect(dotParams(velocity, gradient)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

it('balancedFlow is -g/|a| on directions and -kappa |a| g on amplitudes', () => {
  const model = {
    ...someModel({ inputDim: 2, experts: 2 }),
    params: {
      router: ndarray([2, 2], [1, 0, 0, 1]),
      expert: ndarray([2, 2], [1, 0, 0, 1]),
      amplitude: ndarray([2], [0.5, -0.25]),
    },
  };
  const gradient = {
    router: ndarray([2, 2], [0, 1, 2, 0]),
    expert: ndarray([2, 2], [0, -3, 4, 0]),
    amplitude: ndarray([2], [5, 6]),
  };
  const velocity = balancedFlow(model, gradient);
  expect([...velocity.router.data]).toEqual([-0, -2, -8, -0]);
  expect([...velocity.expert.data]).toEqual([-0, 6, -16, -0]);
  expect([...velocity.amplitude.data]).toEqual([-5, -3]);
  const slower = balancedFlow(model, gradient, { kappa: 1 });
  expect([...slower.amplitude.data]).toEqual([-2.5, -1.5]);
  expect(slower.router).toEqual(velocity.router);
});

it("balancedFlow moves directions at a speed that doesn't depend on the amplitudes' size", async () => {
  const pull = { evaluate: objective.evaluate };
  const model = someModel(shape);
  const { gradient } = await pull.evaluate(model, 0);
  const half = {
    ...model,
    params: { ...model.params, amplitude: scaleParams(0.5, model.params).amplitude },
  };
  const halved = { ...gradient, ...scaleParams(0.5, gradient), amplitude: gradient.amplitude };
  expect(balancedFlow(half, halved).expert).toEqual(balancedFlow(model, gradient).expert);
});

it('balancedFlow says which amplitude is zero', async () => {
  const model = someModel(shape);
  const { gradient } = await objective.evaluate(model, 0);
  const dead = {
    ...model,
    params: { ...model.params, amplitude: ndarray([2], [1, 0]) },
  };
  expect(() => balancedFlow(dead, gradient)).toThrow(ZeroAmplitudeError);
  expect(() => balancedFlow(dead, gradient)).toThrow('params.amplitude[1]');
});

it('balancedFlow refuses softmax routing, where plainFlow is minus the gradient', () => {
  const model = someModel({ ...shape, routing: 'softmax' });
  const gradient = scaleParams(0.1, model.params);
  expect(() => balancedFlow(model, gradient)).toThrow(UnsupportedError);
  expect(() => balancedFlow(model, gradient)).toThrow(/^spec.routing: .*plainFlow/);
  expect(plainFlow(model, gradient)).toEqual(scaleParams(-1, gradient));
});

it('frozen holds the named parameters at rest and leaves the velocity of all others as it is', async () => {
  const model = someModel({ inputDim: 3, experts: 2 });
  const { gradient } = await objective.evaluate(model, 0);
  const free = balancedFlow(model, gradient);
  const held = frozen(balancedFlow, ['expert'])(model, gradient);
  expect(free.expert.data.some((x) => x !== 0)).toBe(true);
  expect(held.expert).toEqual({ shape: [2, 3], data: new Float64Array(6) });
  expect(held.router).toEqual(free.router);
  expect(held.amplitude).toEqual(free.amplitude);
  expect(balancedFlow(model, gradient)).toEqual(free);
});

it('frozen rejects the name of no parameter', async () => {
  const model = someModel({ inputDim: 3, experts: 2 });
  const { gradient } = await objective.evaluate(model, 0);
  expect(() => frozen(balancedFlow, ['experts'])(model, gradient)).toThrow(UnknownNameError);
});

import { UnknownNameError } from '@softmoe/model';
import { expect, it } from 'vitest';
import { someModel } from '../../../model/test/models.ts';
import { coupled } from '../../fixtures/objectives.ts';
import { balancedFlow } from './balanced-flow.ts';
import { frozen } from './frozen.ts';

const objective = coupled(Float64Array.of(0.5, -0.3, 0.8), Float64Array.of(-0.2, 0.7, 0.4));

it('holds the named parameters at rest and leaves the velocity of all others as it is', async () => {
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

it('rejects the name of no parameter', async () => {
  const model = someModel({ inputDim: 3, experts: 2 });
  const { gradient } = await objective.evaluate(model, 0);
  expect(() => frozen(balancedFlow, ['experts'])(model, gradient)).toThrow(UnknownNameError);
});

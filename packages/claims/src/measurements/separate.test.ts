import { expect, it } from 'vitest';
import { separate } from './separate.ts';

const input = {
  inputDim: 24,
  teachers: 2,
  students: 8,
  gate: 'sigmoid',
  seed: 3,
  time: 120,
} as const;

it('routers and experts apart start where joint training does, and reach less in the same time', async () => {
  const context = { signal: new AbortController().signal, services: {} };
  const { joint, routersFrozen, expertsFirst, routersFirst } = await separate(input, context);
  expect(joint.recovered).toBe(true);
  expect(joint.loss).toBeLessThan(expertsFirst.loss);
  expect(expertsFirst.loss).toBeLessThan(routersFrozen.loss);
  for (const apart of [routersFrozen, routersFirst]) expect(apart.recovered).toBe(false);
  expect(await separate({ ...input }, context)).toEqual({
    joint,
    routersFrozen,
    expertsFirst,
    routersFirst,
  });
});

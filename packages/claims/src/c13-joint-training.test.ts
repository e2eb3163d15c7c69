import { expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { jointTraining } from './c13-joint-training.ts';

const ending = (loss: number, recovered: boolean) => ({ loss, recovered });
const found = (joint: number, expertsFirst: number, frozenRecovers = false) =>
  judge(jointTraining, () => ({
    joint: ending(joint, joint < 0.01),
    expertsFirst: ending(expertsFirst, false),
    routersFirst: ending(0.2, false),
    routersFrozen: ending(0.2, frozenRecovers),
  }));

it('C13 holds where joint training recovers and every other way is behind', () => {
  const { verdict, numbers } = found(1e-3, 1e-2);
  expect(verdict).toBe('holds');
  expect(numbers[0]!.value).toBeCloseTo(10, 9);
});

it('C13 fails where one after the other does better, or frozen routers do as well', () => {
  expect(found(1e-3, 1e-4).verdict).toBe('fails');
  expect(found(0.1, 0.2).verdict).toBe('fails');
  expect(found(1e-3, 1e-2, true).verdict).toBe('fails');
});

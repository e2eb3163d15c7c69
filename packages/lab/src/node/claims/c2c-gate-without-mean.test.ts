import { expect, it } from 'vitest';
import { judge, threePairs } from '../../../fixtures/claims.ts';
import { gateWithoutMean } from './c2c-gate-without-mean.ts';

it('holds only if both the order and the phase are gone', () => {
  const gates =
    (tanh: () => unknown) =>
    ({ gate }: { gate: string }) =>
      gate === 'tanh' ? tanh() : threePairs(14, 0.01)();
  expect(judge(gateWithoutMean, gates(threePairs(-2, 0.55))).verdict).toBe('holds');
  expect(judge(gateWithoutMean, gates(threePairs(4, 0.2))).verdict).toBe('fails');
  expect(
    judge(gateWithoutMean, gates(threePairs(-2, 0.55))).criteria.map(({ verdict }) => verdict),
  ).toEqual(new Array(3).fill('holds'));
});

import { expect, it } from 'vitest';
import { judge, threePairs } from '../fixtures/claims.ts';
import { gateWithoutMean } from './c2c-gate-without-mean.ts';

it('C2c holds only if both the order and the phase are gone', () => {
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

it('C2c is undecided where the order is gone in most pairs only', () => {
  const mixed = judge(gateWithoutMean, ({ gate, seed }: { gate: string; seed: number }) =>
    gate === 'sigmoid' ? threePairs(14, 0.01)() : threePairs(seed % 3 === 0 ? -2 : 4, 0.2)(),
  );
  expect(mixed.criteria.map(({ verdict }) => verdict)).toEqual(['undecided', 'holds', 'holds']);
  expect(mixed.verdict).toBe('undecided');
});

it('C2c says that the phase is gone, and not the order, only where that is so', () => {
  const says = (lag: number, overlap: number) =>
    judge(gateWithoutMean, ({ gate }: { gate: string }) =>
      gate === 'tanh' ? threePairs(lag, overlap)() : threePairs(14, 0.01)(),
    )
      .sentences.join(' ')
      .includes('What is gone is the phase');
  expect(says(4, 0.2)).toBe(true);
  expect(says(4, 0.02)).toBe(false);
  expect(says(-2, 0.55)).toBe(false);
});

import { expect, it } from 'vitest';
import { judge, threePairs } from '../fixtures/claims.ts';
import { guidance } from './c2-guidance.ts';

const flip = (seed: number, share: number) => (seed * 0.618034) % 1 < share;

it('C2 holds if routers come later, and fails if they come first', () => {
  expect(judge(guidance, threePairs(14, 0.01)).verdict).toBe('holds');
  expect(judge(guidance, threePairs(-14, 0.7)).verdict).toBe('fails');
  const mixed = judge(guidance, ({ seed }: { seed: number }) =>
    threePairs(flip(seed, 0.85) ? 5 : -5, 0.1)(),
  );
  expect(mixed.verdict).toBe('undecided');
});

it('C2 is undecided about a dimension of which all runs failed', () => {
  const { criteria, verdict } = judge(guidance, ({ inputDim }: { inputDim: number }) =>
    inputDim === 2048 ? undefined : threePairs(14, 0.01)(),
  );
  expect(criteria.map((one) => one.verdict)).toEqual(['holds', 'holds', 'undecided']);
  expect(verdict).toBe('undecided');
});

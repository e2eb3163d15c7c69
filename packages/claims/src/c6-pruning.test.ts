import { expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { pruningClaim } from './c6-pruning.ts';

const pruned = (change: object) => () => ({
  teachers: 5,
  size: 5,
  nullLoss: 0.7,
  before: 1e-4,
  after: 1e-6,
  elimination: 1e-3,
  largestAmplitudes: 2e-3,
  random: [0.3, 0.5],
  ...change,
});

it('C6 holds if the size is right and the baselines lose', () => {
  const { verdict, numbers } = judge(pruningClaim, pruned({}));
  expect(verdict).toBe('holds');
  expect(
    numbers.find(({ label }) => label.startsWith('loss of largest amplitudes / loss of pruning'))!
      .value,
  ).toBeCloseTo(2000, 6);
});

it('C6 fails if the size is wrong, or a baseline wins', () => {
  expect(judge(pruningClaim, pruned({ size: 6 })).verdict).toBe('fails');
  expect(judge(pruningClaim, pruned({ largestAmplitudes: 1e-7 })).verdict).toBe('fails');
  expect(judge(pruningClaim, pruned({ random: [1e-7] })).verdict).toBe('fails');
});

it('C6 is undecided where a few sizes are wrong, and where one teacher was never measured', () => {
  type Input = { config: { seed: number; amplitudeSpread: number } };
  const some = judge(pruningClaim, ({ config }: Input) =>
    pruned({ size: config.seed % 8 === 0 ? 6 : 5 })(),
  );
  expect(some.verdict).toBe('undecided');
  const half = judge(pruningClaim, ({ config }: Input) =>
    config.amplitudeSpread === 4 ? undefined : pruned({})(),
  );
  expect(half.criteria.map(({ verdict }) => verdict)).toEqual([
    ...new Array(3).fill('holds'),
    ...new Array(3).fill('undecided'),
  ]);
});

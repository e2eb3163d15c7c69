import { presetConfig } from '@softmoe/lab';
import { expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { featureLearning } from './c1-feature-learning.ts';

const summary =
  (expert: number, router: number) =>
  ({ seed }: { seed: number }) => ({
    seed,
    teachers: 5,
    recovered: 5,
    alignment: { trained: { expert: new Array(5).fill(expert), router: [1, 1, 1, 1, router] } },
  });

it.each([
  [0.99, 0.91, 'holds'],
  [0.99, 0.89, 'fails'],
  [0.5, 0.99, 'fails'],
])('C1 with experts at %d and one router at %d: %s', (expert, router, verdict) => {
  expect(judge(featureLearning, summary(expert, router)).verdict).toBe(verdict);
});

it('C1 is undecided when some seeds miss something', () => {
  const some = judge(featureLearning, ({ seed }: { seed: number }) =>
    summary(0.99, seed % 7 === 0 ? 0.2 : 0.99)({ seed }),
  );
  expect(some.verdict).toBe('undecided');
  expect(some.numbers[0]!.value).toBeCloseTo(17 / 20, 12);
});

it('C1 plans the canonical experiment', () => {
  expect(featureLearning.plan({ scale: 'quick', seedOffset: 0 })[3]!.input).toEqual(
    presetConfig('canonical', { seed: 3 }),
  );
});

import { expect, it } from 'vitest';
import { judge, judgeAt } from '../fixtures/claims.ts';
import { competingGates } from './c14-competing-gates.ts';

const learned = (overlap: number) => ({ expert: [overlap], router: [overlap] });

it('C14 judges every size, a failed measurement counting as not recovered', () => {
  const { criteria } = judgeAt(
    'full',
    competingGates,
    ({ config }: { config: { teachers: number } }) =>
      config.teachers === 2 ? learned(1) : config.teachers === 3 ? learned(0.5) : undefined,
  );
  expect(criteria.map(({ verdict }) => verdict)).toEqual(['holds', 'fails', 'fails']);
});

it('C14 is undecided on few seeds', () => {
  let count = 0;
  expect(judge(competingGates, () => learned(count++ % 2 ? 1 : 0.5)).verdict).toBe('undecided');
});

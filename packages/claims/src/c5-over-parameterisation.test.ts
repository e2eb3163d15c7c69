import { expect, it } from 'vitest';
import { judge, judgeAt } from '../fixtures/claims.ts';
import { overParameterisation } from './c5-over-parameterisation.ts';

type Input = { config: { students: number; teachers: number; seed: number } };
const recovered =
  (yes: (ratio: number, seed: number, k: number) => boolean) =>
  ({ config: { students, teachers, seed } }: Input) => {
    const overlap = yes(students / teachers, seed, teachers) ? 0.95 : 0.3;
    return { expert: [overlap], router: [overlap] };
  };

it('C5 finds the size at which half of the seeds recover', () => {
  const { verdict, numbers } = judge(
    overParameterisation,
    recovered((ratio, seed) => ratio >= 4 || (ratio === 2 && seed % 4 > 0)),
  );
  expect(verdict).toBe('holds');
  expect(numbers[0]!.value).toBeCloseTo(1 + 2 / 3, 9);
  expect(numbers[0]!.low).toBeLessThanOrEqual(numbers[0]!.value);
});

it('C5 fails if no moderate size recovers, and if m = k is enough', () => {
  for (const always of [false, true]) {
    const found = judge(
      overParameterisation,
      recovered(() => always),
    );
    expect(found.verdict).toBe('fails');
  }
});

it('C5 takes m½/k that grows with ln k, and neither one that falls nor one that runs away', () => {
  const growth = (slope: number) => {
    const found = judgeAt(
      'full',
      overParameterisation,
      recovered((ratio, seed, k) => ratio + (seed % 2) / 4 > 2 + slope * Math.log(k / 2)),
    );
    return found.criteria.slice(-2).map(({ verdict }) => verdict);
  };
  expect(growth(0.4)).toEqual(['holds', 'holds']);
  expect(growth(1.35)).toEqual(['holds', 'fails']);
  expect(growth(-0.2)).toEqual(['fails', 'holds']);
});

it('C5 says so where no size of the grid is enough', () => {
  const { sentences } = judge(
    overParameterisation,
    recovered(() => false),
  );
  expect(sentences.join(' ')).toMatch(/For 4 teacher experts no number of students on the grid/);
});

import { expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { overParameterisation } from './c5-over-parameterisation.ts';

type Input = { config: { students: number; teachers: number; seed: number } };
const recovered =
  (yes: (ratio: number, seed: number) => boolean) =>
  ({ config }: Input) => {
    const overlap = yes(config.students / config.teachers, config.seed) ? 0.95 : 0.3;
    return { expert: [overlap], router: [overlap] };
  };

it('C5 finds the smallest size that recovers', () => {
  const { verdict, numbers } = judge(
    overParameterisation,
    recovered((ratio) => ratio >= 2),
  );
  expect(verdict).toBe('holds');
  expect(numbers[0]).toMatchObject({ value: 2, low: 2, high: 2 });
});

it('C5 fails if no moderate size recovers, and if m = k is enough', () => {
  expect(
    judge(
      overParameterisation,
      recovered(() => false),
    ).verdict,
  ).toBe('fails');
  expect(
    judge(
      overParameterisation,
      recovered(() => true),
    ).verdict,
  ).toBe('fails');
});

it('C5 has no upper limit where a few seeds stay out', () => {
  const { verdict, numbers } = judge(
    overParameterisation,
    recovered((ratio, seed) => ratio >= 2 && seed % 40 !== 0),
  );
  expect(verdict).toBe('undecided');
  expect(numbers[0]).toMatchObject({ value: 2, low: 2, high: Infinity });
});

it('C5 says so where no size of the grid is enough', () => {
  const { sentences } = judge(
    overParameterisation,
    recovered(() => false),
  );
  expect(sentences.join(' ')).toMatch(/For 3 teacher experts no number of students on the grid/);
});

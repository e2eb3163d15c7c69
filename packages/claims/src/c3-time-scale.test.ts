import { expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { timeScale } from './c3-time-scale.ts';

/** Initial overlaps that vary by seed around 1/√d, and the time of a law. */
const law =
  (time: (overlap: number, d: number) => number | null) =>
  ({ inputDim, seed }: { inputDim: number; seed: number }) => {
    const overlaps = [0, 1].map(
      (j) => (1 + (((seed * 2 + j) * 0.618034) % 1)) / Math.sqrt(inputDim),
    );
    return {
      initial: [overlaps],
      experts: overlaps.map((overlap) => {
        const t = time(overlap, inputDim);
        return t === null ? null : { unit: 0, time: t };
      }),
    };
  };

it('C3 holds for 4/3 of the inverse overlap', () => {
  const { verdict, numbers } = judge(
    timeScale,
    law((overlap) => 4 / (3 * overlap) - 2),
  );
  expect(verdict).toBe('holds');
  expect(numbers[0]!.value).toBeCloseTo(0.5, 2);
  expect(numbers[1]!.value).toBeCloseTo(4 / 3, 6);
});

it('C3 fails for a time of order d, and for another slope', () => {
  expect(
    judge(
      timeScale,
      law((overlap) => 1 / overlap ** 2),
    ).verdict,
  ).toBe('fails');
  const slow = judge(
    timeScale,
    law((overlap) => 2 / overlap - 2),
  );
  expect(slow.criteria.map(({ verdict }) => verdict)).toEqual(['holds', 'fails']);
});

it('C3 counts what never aligned', () => {
  const censored = judge(
    timeScale,
    law((overlap, d) => (overlap * Math.sqrt(d) < 1.2 ? null : 4 / (3 * overlap) - 2)),
  );
  expect(censored.numbers[1]!.value).toBeCloseTo(4 / 3, 6);
  expect(censored.sentences.join(' ')).toMatch(/8\d of 400 experts had not aligned/);
});

it('C3 is undecided with a power that could also be 1', () => {
  const { criteria, numbers, verdict } = judge(
    timeScale,
    ({ inputDim, seed }: { inputDim: number; seed: number }) => {
      const noise = 2 ** (12 * ((seed * 0.618034 + Math.log2(inputDim) * 0.754878) % 1) - 6);
      return {
        initial: [[1e-3, 2e-3]],
        experts: [0, 1].map(() => ({ unit: 0, time: noise * inputDim ** 0.75 })),
      };
    },
  );
  expect(numbers[0]!.low).toBeLessThan(0.5);
  expect(numbers[0]!.high).toBeGreaterThan(1);
  expect(criteria[0]!.verdict).toBe('undecided');
  expect(verdict).not.toBe('holds');
});

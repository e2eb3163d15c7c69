import { expect, it } from 'vitest';
import { judgeAt } from '../fixtures/claims.ts';
import { landscapeClaim } from './c16-landscape.ts';

const point = (time: number, index: number, toward: number | null) => ({
  time,
  index,
  flat: 20,
  toward,
});
const found = (toward: readonly (number | null)[], lastIndex = 0, prunedFlat = 0) =>
  judgeAt('full', landscapeClaim, () => ({
    points: [point(0, 5, toward[0]!), point(15, 3, toward[1]!), point(40, lastIndex, toward[2]!)],
    found: [30, 10, null],
    routers: [50, 12, null],
    kept: 2,
    pruned: { index: 0, flat: prunedFlat },
  }));
const verdicts = (...args: Parameters<typeof found>) =>
  found(...args).criteria.map(({ verdict }) => verdict);

it('C16 holds where the steepest way down leads to what is found next, and the index falls', () => {
  const { verdict, numbers } = found([2, 1, null]);
  expect(verdict).toBe('holds');
  expect(numbers[0]!.value).toBe(1);
});

it('C16 fails where it leads elsewhere, the index stays, or pruning leaves flat directions', () => {
  expect(found([1, 2, null]).numbers[0]!.value).toBe(0);
  expect(verdicts([1, 2, null])[0]).toBe('fails');
  expect(verdicts([2, 1, null], 5)[1]).toBe('fails');
  expect(verdicts([2, 1, null], 0, 3)[2]).toBe('fails');
});

it('C16 tells apart a way to what is found next and one to a unit whose router is missing', () => {
  const { numbers } = found([2, 2, 1]);
  expect(numbers.slice(0, 2).map(({ value }) => value)).toEqual([0.5, expect.closeTo(2 / 3, 12)]);
});

it('C16 leaves out records in which nothing leads down', () => {
  expect(found([2, null, null]).numbers[0]!.value).toBe(1);
});

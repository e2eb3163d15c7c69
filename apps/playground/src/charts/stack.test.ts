import { expect, it } from 'vitest';
import { type Mark, stacked } from './stack.ts';

const marks = (above: readonly number[], below: readonly number[]): Mark[] => [
  ...above.map((at) => ({ at, side: 'above' as const })),
  ...below.map((at) => ({ at, side: 'below' as const })),
];
const most = { above: 3, below: 3 };

it('marks that are apart stay on their line', () => {
  expect(stacked(marks([0, 20], [40, 100]), 18, most)).toEqual([0, 0, 0, 0]);
});

it('marks that would hide each other give way to their own side, as little as they have to', () => {
  expect(stacked(marks([10, 5, 60], [12, 30]), 18, most)).toEqual([-1, 0, 0, 1, 0]);
  expect(stacked(marks([0, 1, 2], []), 18, most)).toEqual([0, -1, 1]);
});

it('no two marks hide each other as long as there is room', () => {
  const list = marks([3, 4, 4.1, 9, 30], [3.5, 12, 15, 29, 31]);
  const levels = stacked(list, 18, most);
  list.forEach(({ at }, i) => {
    list.slice(i + 1).forEach((other, n) => {
      const apart = Math.abs(at - other.at) >= 18 || levels[i] !== levels[i + 1 + n];
      expect(apart, `${i} and ${i + 1 + n}`).toBe(true);
    });
  });
  expect(Math.max(...levels.map(Math.abs))).toBeLessThanOrEqual(3);
});

it('a mark for which there is no room stays where it belongs', () => {
  expect(stacked(marks([0, 0, 0], [0]), 18, { above: 1, below: 1 })).toEqual([0, -1, 1, 0]);
});

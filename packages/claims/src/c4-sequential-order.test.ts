import { expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { sequentialOrder } from './c4-sequential-order.ts';

const order =
  (time: (overlap: number) => number | null) =>
  ({ seed }: { seed: number }) => {
    const overlaps = [0, 1, 2, 3, 4].map((j) => 0.03 + 0.07 * (((seed * 5 + j) * 0.618034) % 1));
    return {
      initial: [overlaps],
      experts: overlaps.map((overlap) => {
        const t = time(overlap);
        return t === null ? null : { unit: 0, time: t };
      }),
    };
  };

it('C4 holds if the largest overlap comes first, fails if it comes last or chance rules', () => {
  expect(
    judge(
      sequentialOrder,
      order((overlap) => 1 / overlap),
    ).verdict,
  ).toBe('holds');
  expect(
    judge(
      sequentialOrder,
      order((overlap) => overlap),
    ).verdict,
  ).toBe('fails');
  expect(
    judge(
      sequentialOrder,
      order((overlap) => (overlap * 1e6) % 1),
    ).verdict,
  ).not.toBe('holds');
});

it('C4 ranks what never came last', () => {
  const last = judge(
    sequentialOrder,
    order((overlap) => (overlap < 0.05 ? null : 1 / overlap)),
  );
  expect(last.verdict).toBe('holds');
  expect(last.sentences.join(' ')).toMatch(/[1-9]\d* teacher experts were not aligned/);
});

it('C4 is undecided where most orders are as predicted, and some are reversed', () => {
  const mixed = judge(sequentialOrder, ({ seed }: { seed: number }) =>
    order((overlap) => (seed % 4 === 0 ? overlap : 1 / overlap))({ seed }),
  );
  expect(mixed.numbers[0]!.value).toBeCloseTo(0.5, 12);
  expect(mixed.verdict).toBe('undecided');
});

it('C4 says how many runs have no order', () => {
  const none = judge(sequentialOrder, ({ seed }: { seed: number }) =>
    order((overlap) => (seed === 5 ? null : 1 / overlap))({ seed }),
  );
  expect(none.numbers[0]!.value).toBeCloseTo(1, 12);
  expect(none.numbers[0]!.note).toBe('23 seeds; chance gives 0');
  expect(none.sentences.join(' ')).toMatch(/In 1 seed nothing aligned/);
});

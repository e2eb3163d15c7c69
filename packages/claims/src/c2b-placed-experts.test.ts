import { expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { placedExpertsClaim } from './c2b-placed-experts.ts';

it('C2b compares with c₁² = 0.0427', () => {
  const placed =
    (speed: number) =>
    ({ seed }: { seed: number }) => ({
      speed: new Array(3).fill(speed * (1 + 0.001 * (seed % 5))),
      aligned: [12, 13, 14],
    });
  expect(judge(placedExpertsClaim, placed(0.0427)).verdict).toBe('holds');
  expect(judge(placedExpertsClaim, placed(0.03)).verdict).toBe('fails');
  expect(
    judge(placedExpertsClaim, () => ({
      ...placed(0.0427)({ seed: 0 }),
      aligned: [null, null, null],
    })).verdict,
  ).toBe('fails');
});

it('C2b is undecided where the largest dimension failed, or speeds spread over the limit', () => {
  const of = (speed: (input: { inputDim: number; seed: number }) => number | undefined) =>
    judge(placedExpertsClaim, (input: { inputDim: number; seed: number }) => {
      const value = speed(input);
      return value === undefined
        ? undefined
        : { speed: new Array(3).fill(value), aligned: [12, 13, 14] };
    });
  expect(of(({ inputDim }) => (inputDim === 2048 ? undefined : 0.0427)).verdict).toBe('undecided');
  expect(of(({ seed }) => 0.0427 * (seed % 2 ? 0.85 : 1.05)).verdict).toBe('undecided');
});

import { expect, it } from 'vitest';
import { judge } from '../../../fixtures/claims.ts';
import { placedExpertsClaim } from './c2b-placed-experts.ts';

it('compares with c₁² = 0.0427', () => {
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

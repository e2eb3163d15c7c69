import { expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { frozenExpertsClaim } from './c2a-frozen-experts.ts';

it('C2a fails where frozen experts guide, and leaves out seeds without a joint run', () => {
  const frozen = (largest: number) => () => ({ joint: 30, time: 90, start: 0.1, largest });
  expect(judge(frozenExpertsClaim, frozen(0.11)).verdict).toBe('holds');
  expect(judge(frozenExpertsClaim, frozen(0.6)).verdict).toBe('fails');
  expect(judge(frozenExpertsClaim, () => ({ ...frozen(0.11)(), joint: null })).verdict).toBe(
    'undecided',
  );
});

it('C2a says from where the largest overlap started', () => {
  const { sentences } = judge(frozenExpertsClaim, ({ seed }: { seed: number }) => ({
    joint: 30,
    time: 90,
    start: 0.1,
    largest: seed === 3 ? 0.6 : 0.11,
  }));
  expect(sentences[0]).toMatch(/was 0\.600; that run started at 0\.100/);
});

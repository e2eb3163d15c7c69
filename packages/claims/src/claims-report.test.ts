import { expect, it } from 'vitest';
import type { Claim } from './claim.ts';
import { claimsReport } from './claims-report.ts';
import type { Verdict } from './finding.ts';

const claim = { id: 'C1', title: 'Learning', statement: 'It learns.' } as Claim;
const judged = (...verdicts: Verdict[]) =>
  verdicts.map((verdict) => ({
    claim,
    finding: { verdict, criteria: [], numbers: [], sentences: [], figures: [], tables: [] },
    tasks: verdicts.length,
    seconds: 3.2,
    lastSeed: 99,
  }));
const leadOf = (...verdicts: Verdict[]) =>
  claimsReport(judged(...verdicts), { scale: 'full', seedOffset: 0 }).lead[0];

it('the report counts verdicts in words that fit none, one and several', () => {
  expect(leadOf('holds')).toMatch(/^Of 1 claim checked, 1 holds, 0 fail and 0 are undecided\. /);
  expect(leadOf('holds', 'holds', 'fails', 'undecided')).toMatch(
    /^Of 4 claims checked, 2 hold, 1 fails and 1 is undecided\. /,
  );
});

it('the report shows claims that have no numbers, and what they rest on', () => {
  const [overview, section] = claimsReport(judged('undecided'), {
    scale: 'tiny',
    seedOffset: 0,
  }).sections;
  expect(overview!.blocks).toMatchObject([
    { kind: 'table', rows: [['C1', 'Learning', 'undecided', '', '']] },
  ]);
  expect(section!.verdict).toEqual({ word: 'undecided', tone: 'open' });
  expect(section!.blocks.at(-1)).toEqual({
    kind: 'text',
    text: 'From 1 measurement that took 3 s, added up.',
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { claims } from './claims.ts';
import { criteriaNow, criteriaVersions, seenSentence } from './criteria.ts';

/** What would count as a success, and what it is measured on: all of it, seeds apart. */
function digestOfCriteria(): string {
  const extent = { scale: 'full', seedOffset: 0 } as const;
  const all = claims.map((claim) => ({
    id: claim.id,
    statement: claim.statement,
    tasks: claim.plan(extent).map(({ kind, input }) => ({ kind, input })),
    criteria: claim
      .judge(
        claim.plan(extent).map(({ kind, input }) => ({
          kind,
          input,
          status: 'failed',
          error: { name: 'NotMeasured', message: '' },
        })),
      )
      .criteria.map(({ text }) => text),
  }));
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
}

describe('the criteria of claims', () => {
  it('change with a new version alone: set a date, say what was seen, and record the digest here', () => {
    expect([criteriaNow.version, digestOfCriteria()]).toEqual([2, 'ad84cf4958eedc4c']);
  });

  it('have versions in order, none of which forgets what an earlier one had seen', () => {
    criteriaVersions.forEach((one, i) => {
      expect(one.version).toBe(i + 1);
      const before = criteriaVersions[i - 1];
      if (!before) return;
      expect(one.date > before.date).toBe(true);
      expect(one.seenBelow).toBeGreaterThanOrEqual(before.seenBelow);
    });
  });

  it('say of seeds whether they had been looked at', () => {
    expect(seenSentence(0, 99)).toMatch(/seeds 0 to 99, .* those up to 99 had been looked at/);
    expect(seenSentence(100, 199)).toMatch(/those up to 149 had been looked at/);
    expect(seenSentence(10_000, 10_149)).toMatch(
      /^Criteria of version 2, set on 2026-11-28 .*seeds 10000 to 10149, .* had not been looked at\.$/,
    );
  });
});

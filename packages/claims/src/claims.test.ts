import { renderSvg } from '@softmoe/report';
import { describe, expect, it } from 'vitest';
import { expectWords } from '../fixtures/claims.ts';
import { type Outcome, scales, seedOf, seeds } from './claim.ts';
import { claims, selectClaims } from './claims.ts';
import worker from './worker.ts';

describe('every claim', () => {
  it('plans more with each scale, in tasks that workers know', () => {
    for (const { plan, id } of claims) {
      const sizes = scales.map((scale) => plan({ scale, seedOffset: 0 }).length);
      expect(sizes, id).toEqual([...sizes].sort((a, b) => a - b));
      expect(sizes[0], id).toBeGreaterThan(0);
      for (const { kind, seconds } of plan({ scale: 'full', seedOffset: 0 })) {
        expect(Object.hasOwn(worker, kind), kind).toBe(true);
        expect(seconds).toBeGreaterThan(0);
      }
    }
  });

  it('takes about three minutes quick and at most an hour full on two cores, by its estimates', () => {
    const minutes = (scale: 'quick' | 'full') =>
      claims
        .flatMap(({ plan }) => plan({ scale, seedOffset: 0 }))
        .reduce((sum, { seconds }) => sum + seconds, 0) / 120;
    expect(minutes('quick')).toBeLessThan(3.5);
    expect(minutes('full')).toBeLessThan(60);
  });

  it('measures on the seeds from the offset on, and on nothing else that is new', () => {
    const [first, fresh] = [0, 10_000].map((seedOffset) =>
      claims.flatMap(({ plan }) => plan({ scale: 'full', seedOffset })),
    );
    expect(fresh!.map((task) => seedOf(task) - 10_000)).toEqual(first!.map(seedOf));
    expect(Math.min(...first!.map(seedOf))).toBe(0);
  });

  it.each(claims)('$id does not hold when all measurements failed', (claim) => {
    const failed = claim.plan({ scale: 'tiny', seedOffset: 0 }).map(
      ({ kind, input }): Outcome => ({
        kind,
        input,
        status: 'failed',
        error: { name: 'DivergedError', message: 'loss' },
      }),
    );
    const finding = claim.judge(failed);
    const { verdict, sentences, figures } = finding;
    expectWords(finding);
    expect(verdict).not.toBe('holds');
    expect(sentences.join(' ')).toMatch(/failed/);
    for (const figure of figures) expect(renderSvg(figure)).toMatch(/<svg[\s\S]*<\/svg>/);
  });
});

it('claims are selected by id, C2 with its counterfactuals', () => {
  expect(selectClaims().map(({ id }) => id)).toEqual(claims.map(({ id }) => id));
  expect(selectClaims(['C5', 'C2']).map(({ id }) => id)).toEqual(['C2', 'C2a', 'C2b', 'C2c', 'C5']);
  expect(selectClaims(['C2b']).map(({ id }) => id)).toEqual(['C2b']);
  expect(() => selectClaims(['C99'])).toThrow(/only: is not a claim .*C1, C2/);
});

it('seeds count from the offset', () => {
  expect(seeds(3, { seedOffset: 7 })).toEqual([7, 8, 9]);
});

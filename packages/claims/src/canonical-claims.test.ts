import { describe, expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { parameters } from './c9-parameters.ts';
import { globalOptimum } from './c10-global-optimum.ts';
import { keptPerformance } from './c11-performance.ts';
import { provedConvergence } from './c15-proof.ts';

const summary = (change: object = {}) => ({
  teachers: 5,
  survivors: 5,
  parameterError: 1e-9,
  loss: { trained: 1e-3, pruned: 1e-3, final: 1e-20 },
  elimination: [{ size: 0, loss: 0.5 }],
  certificate: {
    verdict: 'certified',
    proof: { radius: 6e-3, distance: 1e-9, rateHere: 0.98, start: { proved: true } },
    proofFailure: null,
  },
  ...change,
});
/** Of 20 seeds the first `count` give `odd`, the others what is good. */
const someOf = (count: number, odd: () => unknown) => (input: { seed: number }) =>
  input.seed < count ? odd() : summary();

describe('C9', () => {
  it('holds where all runs end at the parameters of the teacher', () => {
    expect(judge(parameters, someOf(0, summary)).verdict).toBe('holds');
  });

  it('counts runs that failed, that pruned to another size, and that are off', () => {
    for (const odd of [
      () => undefined,
      () => summary({ survivors: 6, parameterError: null }),
      () => summary({ parameterError: 1e-3 }),
    ]) {
      const found = judge(parameters, someOf(10, odd));
      expect(found.verdict).toBe('fails');
      expect(found.numbers[0]!.value).toBe(0.5);
    }
  });
});

describe('C10', () => {
  it('takes a loss of zero at any size, and nothing else', () => {
    const larger = () => summary({ survivors: 6, parameterError: null });
    expect(judge(globalOptimum, someOf(10, larger)).verdict).toBe('holds');
    const stuck = () => summary({ loss: { trained: 1e-3, pruned: 1e-3, final: 1e-6 } });
    expect(judge(globalOptimum, someOf(10, stuck)).verdict).toBe('fails');
    expect(
      judge(
        globalOptimum,
        someOf(10, () => undefined),
      ).verdict,
    ).toBe('fails');
  });

  it('says how many runs pruned to another size', () => {
    const larger = () => summary({ survivors: 6, parameterError: null });
    expect(judge(globalOptimum, someOf(3, larger)).sentences[0]).toMatch(
      /17 of 20 runs .* another number in 3\./,
    );
  });
});

describe('C11', () => {
  it('fails where pruning loses what was learnt, or where the end is worse than the unpruned student', () => {
    expect(judge(keptPerformance, someOf(0, summary)).verdict).toBe('holds');
    const lost = () => summary({ loss: { trained: 1e-3, pruned: 0.1, final: 1e-20 } });
    const worse = () => summary({ loss: { trained: 1e-3, pruned: 1e-3, final: 2e-3 } });
    const verdicts = (odd: () => unknown) =>
      judge(keptPerformance, someOf(10, odd)).criteria.map(({ verdict }) => verdict);
    expect(verdicts(lost)).toEqual(['fails', 'holds']);
    expect(verdicts(worse)).toEqual(['holds', 'fails']);
  });
});

describe('C15', () => {
  it('tells in how many runs the proof covers all of fine-tuning', () => {
    const shareWith = (odd: () => unknown) =>
      judge(provedConvergence, someOf(5, odd)).numbers.find(({ label }) => /began/.test(label))
        ?.value;
    const far = { radius: 6e-3, distance: 1e-9, rateHere: 0.98, start: { proved: false } };
    const outside = { verdict: 'certified', proof: far, proofFailure: null };
    expect(shareWith(summary)).toBe(1);
    expect(shareWith(() => summary({ certificate: outside }))).toBe(0.75);
    expect(shareWith(() => undefined)).toBe(0.75);
  });

  it('counts runs without a proof, and names the inequality', () => {
    expect(judge(provedConvergence, someOf(0, summary)).verdict).toBe('holds');
    const failed = () =>
      summary({
        certificate: {
          verdict: 'certified',
          proof: null,
          proofFailure: { inequality: 'the student lies in the ball' },
        },
      });
    const found = judge(provedConvergence, someOf(10, failed));
    expect(found.verdict).toBe('fails');
    expect(found.sentences).toContain('Not met somewhere: the student lies in the ball.');
    expect(
      judge(
        provedConvergence,
        someOf(10, () => undefined),
      ).verdict,
    ).toBe('fails');
  });
});

import { describe, expect, it } from 'vitest';
import type { Frame } from '../protocol.ts';
import { comparisonOf, comparisonWords } from './compare.ts';
import { frameAt, momentsOf, pastOf } from './moments.ts';
import type { Session } from './session.svelte.ts';

const frame = (phase: Frame['phase'], at: number, loss: number, units: number): Frame =>
  ({
    phase,
    record: {
      time: at,
      step: at,
      loss,
      amplitude: new Array(units).fill(1),
      alignment: { student: [0], expert: [1 - loss], router: [1 - 2 * loss] },
    },
  }) as unknown as Frame;

const session = {
  train: [frame('train', 0, 0.4, 8), frame('train', 1.5, 0.1, 8)],
  tune: [frame('finetune', 0, 0.01, 2), frame('finetune', 3, 1e-6, 2)],
  milestones: { expert: [1.2], router: [null] },
  pruned: { kept: [1, 4] },
  summary: { loss: {} },
  phase: 'done',
} as unknown as Session;

describe('the moments of a run', () => {
  it('are those of training and after them those of fine-tuning', () => {
    expect(momentsOf(session)).toBe(4);
    expect(frameAt(session, 1)?.record.loss).toBe(0.1);
    expect(frameAt(session, 3)?.record.loss).toBe(1e-6);
    expect(frameAt(session, 4)).toBeUndefined();
    expect(frameAt(session, undefined)).toBeUndefined();
  });

  it('know of the run only what had come by then', () => {
    const first = pastOf(session, 0);
    expect(first.train).toHaveLength(1);
    expect(first.milestones?.expert).toEqual([null]);
    expect([first.pruned, first.summary, first.tune.length]).toEqual([undefined, undefined, 0]);
    const third = pastOf(session, 2);
    expect([third.train.length, third.tune.length]).toEqual([2, 1]);
    expect(third.pruned).toBe(session.pruned);
    expect([third.summary, third.phase]).toEqual([undefined, 'finetune']);
    expect(pastOf(session, undefined)).toBe(session);
  });
});

describe('two moments', () => {
  it('are compared from the earlier to the later, whichever was marked first', () => {
    const forward = comparisonOf(session, 0, 2);
    expect(comparisonOf(session, 2, 0)).toEqual(forward);
    expect(forward?.loss.factor).toBeCloseTo(0.025, 12);
    expect(forward?.expert).toEqual([{ name: 'expert 1', before: 0.6, after: 0.99 }]);
    expect(forward?.router[0]?.before).toBeCloseTo(0.2, 12);
    expect(comparisonWords(forward!)).toBe(
      'From t = 0.0 to step 0: the loss went from 0.4 to 0.01 (×0.025), 8 units became 2.',
    );
  });

  it('have no factor between their losses where rounding decides', () => {
    const tune = [...session.tune, frame('finetune', 9, -1e-17, 2)];
    const found = comparisonOf({ ...session, tune }, 0, 4);
    expect(found?.loss.factor).toBeNull();
    expect(comparisonWords(found!)).toContain('to 0 to rounding, below');
  });

  it('are not compared where they are one, or where one is not on record', () => {
    expect(comparisonOf(session, 1, 1)).toBeUndefined();
    expect(comparisonOf(session, 1, 9)).toBeUndefined();
    expect(comparisonOf(session, undefined, 1)).toBeUndefined();
  });
});

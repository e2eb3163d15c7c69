import type { TrainRecord } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import { lagsOf, MilestoneTracker, meanLag } from './milestones.ts';

const at = (time: number, expert: number, router: number) =>
  ({
    time,
    alignment: { student: [0], expert: [expert], router: [router] },
  }) as unknown as TrainRecord;

describe('MilestoneTracker', () => {
  it('interpolates the time at which an overlap of 0.5 is crossed first', () => {
    const tracker = new MilestoneTracker(1);
    for (const record of [at(0, 0.1, 0), at(2, 0.3, 0.1), at(4, 0.7, 0.2), at(6, 0.2, 0.6)]) {
      tracker.add(record);
    }
    expect(tracker.milestones.expert[0]).toBeCloseTo(3, 12);
    expect(tracker.milestones.router[0]).toBeCloseTo(5.5, 12);
  });

  it('takes the first record as it is, and null for what never aligns', () => {
    const tracker = new MilestoneTracker(1);
    tracker.add(at(0, 0.9, 0.1));
    tracker.add(at(1, 0.9, 0.2));
    expect(tracker.milestones).toEqual({ expert: [0], router: [null] });
  });

  it('goes on from its state', () => {
    const whole = new MilestoneTracker(1);
    const first = new MilestoneTracker(1);
    for (const tracker of [whole, first]) tracker.add(at(0, 0, 0));
    const second = new MilestoneTracker(1, structuredClone(first.state));
    for (const tracker of [whole, second]) tracker.add(at(1, 0.8, 0.6));
    expect(second.milestones).toEqual(whole.milestones);
  });
});

describe('lags', () => {
  it('are those of complete pairs', () => {
    expect(lagsOf({ expert: [2, 4, null, 1], router: [5, 9, 3, null] })).toEqual([3, 5]);
    expect(meanLag({ expert: [2, 4, null, 1], router: [5, 9, 3, null] })).toBe(4);
    expect(meanLag({ expert: [2], router: [null] })).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { coarsestStep, lagsOf, type Milestones, meanLag, metPairs, orderOf } from './milestones.ts';

/** Found between records `step` apart. */
const found = (expert: (number | null)[], router: (number | null)[], step = 0.5): Milestones => ({
  expert,
  router,
  step: {
    expert: expert.map((at) => (at === null ? null : step)),
    router: router.map((at) => (at === null ? null : step)),
  },
});

describe('pairs that met', () => {
  it('are those of which both expert and router were found', () => {
    const milestones = found([2, 4, null, 9], [5, 9, 3, null]);
    expect(metPairs(milestones).map(({ teacher }) => teacher)).toEqual([0, 1]);
    expect(orderOf(milestones)).toEqual({ met: 2, told: 2, expertFirst: 2 });
    expect(lagsOf(milestones)).toEqual([3, 5]);
    expect(meanLag(milestones)).toBe(4);
  });

  it('count no expert as first whose router was never found', () => {
    expect(orderOf(found([35.6], [null]))).toEqual({ met: 0, told: 0, expertFirst: 0 });
    expect(meanLag(found([35.6], [null]))).toBeUndefined();
  });

  it('tell no order where records lie as far apart as the times themselves', () => {
    const coarse = found([39.6, 35.6], [130.4, 124.6], 100);
    expect(orderOf(coarse)).toEqual({ met: 2, told: 0, expertFirst: 0 });
    expect(lagsOf(coarse)).toEqual([]);
    expect(coarsestStep(coarse)).toBe(100);
  });

  it('tell the order of an early expert whose router came many records later', () => {
    expect(orderOf(found([0.3], [40], 1))).toEqual({ met: 1, told: 1, expertFirst: 1 });
  });

  it('of results of before, which held no steps, are taken as they are', () => {
    expect(orderOf({ expert: [2, 6], router: [5, 4] })).toEqual({
      met: 2,
      told: 2,
      expertFirst: 1,
    });
    expect(coarsestStep({ expert: [2, 6], router: [5, 4] })).toBeUndefined();
  });
});

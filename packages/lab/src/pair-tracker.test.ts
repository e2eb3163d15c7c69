import { type ExpertSpec, ndarray } from '@softmoe/model';
import type { GateName } from '@softmoe/model/checks';
import type { StatelessRecord } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import { PairTracker } from './pair-tracker.ts';

const spec = (gate: GateName = 'sigmoid', degree = 3, experts = 2) =>
  ({
    inputDim: 9,
    experts,
    gate,
    expert: { kind: 'hermite', degree } satisfies ExpertSpec,
    routing: 'independent',
  }) as const;

/** A record of two student units against one teacher unit: [expert, router] overlaps of each. */
function at(time: number, pairs: readonly (readonly [number, number])[], amplitude = [1, 1]) {
  const column = (which: 0 | 1) =>
    ndarray(
      [pairs.length, 1],
      pairs.map((pair) => pair[which]),
    );
  const record: StatelessRecord = {
    step: 0,
    time,
    loss: 1,
    gradientNorm: 1,
    amplitude,
    overlaps: { expert: column(0), router: column(1) },
  };
  return record;
}

function followed(tracker: PairTracker, ...records: readonly StatelessRecord[]): PairTracker {
  for (const record of records) tracker.add(record);
  return tracker;
}

describe('a pair tracker', () => {
  it('interpolates the time at which an overlap of 0.5 is crossed first', () => {
    const tracker = followed(
      new PairTracker(spec('sigmoid', 3, 1), [1]),
      at(0, [[0.1, 0]], [1]),
      at(2, [[0.3, 0.1]], [1]),
      at(4, [[0.7, 0.2]], [1]),
      at(6, [[0.2, 0.6]], [1]),
    );
    const { expert, router, unit, step } = tracker.milestones;
    expect(expert[0]).toBeCloseTo(3, 12);
    expect(router[0]).toBeCloseTo(5.5, 12);
    expect(unit).toEqual([1]);
    expect(step).toEqual({ expert: [2], router: [2] });
    expect(tracker.firstPair(0)!.routerAtExpert).toBeCloseTo(0.15, 12);
  });

  it('takes the first record as it is, and null for what never aligns', () => {
    const tracker = followed(
      new PairTracker(spec(), [1]),
      at(0, [
        [0.9, 0.1],
        [0, 0],
      ]),
    );
    expect(tracker.milestones).toEqual({
      expert: [0],
      router: [null],
      unit: [1],
      step: { expert: [0], router: [null] },
    });
    expect(new PairTracker(spec(), [1]).milestones).toMatchObject({ expert: [null], unit: [null] });
  });

  it('takes the times of both expert and router from one unit', () => {
    const tracker = followed(
      new PairTracker(spec(), [1]),
      at(0, [
        [0, 0],
        [0, 0],
      ]),
      at(1, [
        [1, 0],
        [0, 1],
      ]),
    );
    expect(tracker.milestones).toMatchObject({ expert: [0.5], router: [null], unit: [1] });
    tracker.add(
      at(3, [
        [1, 0],
        [1, 1],
      ]),
    );
    expect(tracker.milestones).toMatchObject({ expert: [2], router: [0.5], unit: [2] });
    expect(tracker.firstExpert(0)).toEqual({ unit: 0, time: 0.5 });
  });

  it('does not wait for an assignment that gives the unit to another teacher unit', () => {
    const record = (time: number, overlap: number): StatelessRecord => ({
      ...at(time, [[0, 0]], [1]),
      overlaps: { expert: ndarray([1, 2], [0.6, overlap]), router: ndarray([1, 2], [0, 0]) },
    });
    const tracker = new PairTracker(spec('sigmoid', 3, 1), [1, 1]);
    followed(tracker, record(0, 0), record(1, 1));
    expect(tracker.milestones.expert).toEqual([0, 0.5]);
  });

  it.each([
    ['an odd expert of the other amplitude', spec(), [-1, 1], -1, 1],
    ['an even expert', spec('sigmoid', 2), [1, 1], -1, 1],
    ['an odd gate and expert, both turned', spec('tanh', 3), [1, 1], -1, -1],
  ])(
    'counts the overlaps of %s with the sign that the symmetries allow',
    (_, of, amplitude, w, v) => {
      const pairs = (share: number) =>
        at(
          share,
          [
            [w * share, v * share * 0.8],
            [0, 0],
          ],
          amplitude,
        );
      const { expert, router } = followed(new PairTracker(of, [1]), pairs(0), pairs(1)).milestones;
      expect(expert[0]).toBeCloseTo(0.5, 12);
      expect(router[0]).toBeCloseTo(0.625, 12);
    },
  );

  it('counts no expert whose amplitude has the wrong sign', () => {
    const pairs = [
      [0.9, 0.9],
      [0, 0],
    ] as const;
    const { milestones } = followed(new PairTracker(spec(), [1]), at(0, pairs, [-1, 1]));
    expect(milestones).toMatchObject({ expert: [null], router: [0] });
  });

  it('goes on from its state, also when that went through JSON', () => {
    const records = [
      at(0, [
        [0, 0],
        [0.4, 0],
      ]),
      at(1, [
        [0.3, 0],
        [0.8, 0.2],
      ]),
      at(2, [
        [0.9, 0.7],
        [0.9, 0.6],
      ]),
    ];
    const whole = followed(new PairTracker(spec(), [1]), ...records);
    const half = followed(new PairTracker(spec(), [1]), ...records.slice(0, 2));
    const state = JSON.parse(JSON.stringify(half.state));
    const resumed = followed(new PairTracker(spec(), [1], state), records[2]!);
    expect(resumed.milestones).toEqual(whole.milestones);
    expect(resumed.state).toEqual(whole.state);
    expect(whole.complete('pairs')).toBe(true);
  });
});

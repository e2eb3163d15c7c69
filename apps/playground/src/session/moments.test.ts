import type { Plane } from '@softmoe/figures';
import { describe, expect, it } from 'vitest';
import { milestonesAt, Planes } from './moments.ts';

const plane = (gap: number) => ({ gap }) as Plane;

describe('planes of earlier moments', () => {
  it('give the last one that was drawn up to a record, and none before the first', () => {
    const planes = new Planes();
    planes.add(3, plane(3));
    planes.add(7, plane(7));
    expect(planes.at(2)).toBeUndefined();
    expect(planes.at(6)).toEqual({ record: 3, plane: plane(3) });
    expect(planes.at(7)?.plane.gap).toBe(7);
  });

  it('keep the latest of one record, and thin out what is long ago', () => {
    const planes = new Planes();
    planes.add(0, plane(0));
    planes.add(0, plane(1));
    expect(planes.at(0)?.plane.gap).toBe(1);
    for (let record = 1; record < 1000; record++) planes.add(record, plane(record));
    const kept = new Set(Array.from({ length: 1000 }, (_, record) => planes.at(record)?.record));
    expect(kept.size).toBeLessThanOrEqual(128);
    expect(kept.size).toBeGreaterThan(60);
  });

  it('know of milestones only what had happened by then', () => {
    const milestones = { expert: [2, 5, null], router: [4, null, null] };
    expect(milestonesAt(milestones as never, 4)).toMatchObject({
      expert: [2, null, null],
      router: [4, null, null],
    });
  });
});

import { createExperiment } from '@softmoe/lab';
import type { StatelessRecord } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import { tracesOf } from './distance.ts';

async function trained(config: Parameters<typeof createExperiment>[0]): Promise<StatelessRecord[]> {
  const experiment = createExperiment(config);
  const records: StatelessRecord[] = [];
  while (experiment.phase === 'train') {
    const event = await experiment.next();
    if (event?.phase === 'train') records.push(event.record);
  }
  return records;
}

const largestStep = (values: readonly (number | null)[]) =>
  Math.max(...values.slice(1).map((value, n) => Math.abs(value! - values[n]!)));

describe('traces', () => {
  it('end at the alignment, and do not jump where it does', async () => {
    // Quick's first teacher expert passes from one student to another at t = 9.6.
    const records = await trained({ inputDim: 64, teachers: 3, students: 15, train: { time: 30 } });
    const found = tracesOf(records);
    const { alignment } = records.at(-1)!;
    found.forEach((trace, j) => {
      expect(trace.expert.at(-1)).toBeCloseTo(alignment!.expert[j]!, 12);
      expect(trace.router.at(-1)).toBeCloseTo(alignment!.router[j]!, 12);
    });
    expect(found[0]!.handovers).toHaveLength(1);
    expect(largestStep(records.map((record) => record.alignment!.expert[0]!))).toBeGreaterThan(0.3);
    expect(largestStep(found[0]!.expert)).toBeLessThan(0.2);
  });

  it('have the signs of the match', async () => {
    const even = { kind: 'hermite', degree: 2 } as const;
    const records = await trained({
      inputDim: 16,
      teachers: 2,
      students: 6,
      seed: 1,
      expert: even,
      train: { time: 20 },
    });
    const { alignment } = records.at(-1)!;
    tracesOf(records).forEach(({ expert, router }, j) => {
      expect(expert.at(-1)).toBeCloseTo(alignment!.expert[j]!, 12);
      expect(router.at(-1)).toBeCloseTo(alignment!.router[j]!, 12);
    });
  });

  it('are empty where nobody is matched', async () => {
    const records = await trained({ inputDim: 16, teachers: 3, students: 2, train: { time: 2 } });
    const unmatched = tracesOf(records).filter(({ student }) => student < 0);
    expect(unmatched).toHaveLength(1);
    expect(unmatched[0]!.expert.every((value) => value === null)).toBe(true);
    expect(tracesOf([])).toEqual([]);
  });
});

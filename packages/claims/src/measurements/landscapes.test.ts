import { expect, it } from 'vitest';
import { landscapes } from './landscapes.ts';

const config = {
  inputDim: 12,
  teachers: 2,
  students: 5,
  seed: 1,
  train: { time: 80, recordEvery: 8 },
} as const;

it('landscapes are whole along training, and those of a minimum after pruning', async () => {
  const context = { signal: new AbortController().signal, services: {} };
  const { points, found, routers, kept, pruned } = await landscapes({ config }, context);
  expect(points[0]!.time).toBe(0);
  expect(points.at(-1)!.time).toBe(80);
  for (const { index, flat, toward } of points) {
    expect(index).toBeGreaterThanOrEqual(0);
    expect(flat).toBeGreaterThan(0);
    if (index === 0) expect(toward).toBeNull();
  }
  expect(points.at(-1)!.index).toBeLessThan(points[0]!.index!);
  expect(kept).toBe(2);
  expect(pruned).toEqual({ index: 0, flat: 0 });
  for (const [j, time] of found.entries()) expect(routers[j]).toBeGreaterThan(time!);
});

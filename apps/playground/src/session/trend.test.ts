import { expect, it } from 'vitest';
import type { SweepPoint } from '../protocol.ts';
import { sweep } from '../worker/sweep.ts';
import { rootFit, trends } from './trend.ts';

const point = (inputDim: number, times: readonly (number | null)[]): SweepPoint => ({
  inputDim,
  seed: 0,
  pairs: times.map((expert) => ({ overlap: 0.1, expert, router: null })),
});

it('takes medians, with what never came as the latest', () => {
  const list = trends([point(64, [3, 1, null]), point(16, [null, null, 2])]);
  expect(list).toEqual([
    { inputDim: 16, expert: undefined, router: undefined },
    { inputDim: 64, expert: 3, router: undefined },
  ]);
});

it('finds a root law again', () => {
  const list = [16, 64, 256].map((inputDim) => ({
    inputDim,
    expert: 1.5 * Math.sqrt(inputDim) - 4,
    router: undefined,
  }));
  expect(rootFit(list, 'expert')?.slope).toBeCloseTo(1.5, 12);
  expect(rootFit(list, 'expert')?.offset).toBeCloseTo(-4, 12);
  expect(rootFit(list, 'router')).toBeUndefined();
});

it('is slower in more dimensions', async () => {
  const points: SweepPoint[] = [];
  for await (const found of sweep([16, 1024], 3)) points.push(found);
  const [small, large] = trends(points);
  expect(large!.expert!).toBeGreaterThan(2 * small!.expert!);
  expect(large!.router!).toBeGreaterThan(large!.expert!);
});

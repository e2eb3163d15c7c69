import { afterEach, expect, it, vi } from 'vitest';
import { sweep } from './sweep.ts';

afterEach(() => vi.unstubAllGlobals());

it('the sweep over dimensions gives a point a dimension and seed', async () => {
  const points = [];
  for await (const point of sweep([16, 24], 1)) points.push(point);
  expect(points.map(({ inputDim, seed }) => [inputDim, seed])).toEqual([
    [16, 0],
    [24, 0],
  ]);
  for (const { pairs } of points) {
    expect(pairs).toHaveLength(2);
    for (const { overlap, expert } of pairs) {
      expect(overlap).toBeLessThan(1);
      expect(expert).not.toBeNull();
    }
  }
});

it('the sweep over dimensions is refused in a page that has too little memory', async () => {
  vi.stubGlobal('navigator', { deviceMemory: 0.05 });
  await expect(sweep([16], 1).next()).rejects.toMatchObject({
    name: 'SizeError',
    problem: expect.stringMatching(/and there are 54 MB$/),
  });
});

import { taskId } from '@softmoe/tasks';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SweepError } from './definition.ts';
import { inShard, parseShard } from './shard.ts';

it('every task is in exactly one shard, whatever the other tasks', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 40 }), (input, count) => {
      const id = taskId({ kind: 'k', input }, 'code');
      const of = Array.from({ length: count }, (_, i) => inShard(id, { index: i + 1, count }));
      expect(of.filter(Boolean)).toHaveLength(1);
    }),
  );
});

it('shards fill evenly', () => {
  const counts = [0, 0, 0, 0];
  for (let seed = 0; seed < 4000; seed++) {
    const id = taskId({ kind: 'k', input: { seed } }, 'code');
    counts.forEach((_, i) => {
      if (inShard(id, { index: i + 1, count: 4 })) counts[i]!++;
    });
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
});

it('parseShard reads i/n and nothing else', () => {
  expect(parseShard('2/4')).toEqual({ index: 2, count: 4 });
  for (const text of ['0/4', '5/4', '1', '1/0', 'a/b', '1/4 ', '-1/4', '1.5/4']) {
    expect(() => parseShard(text)).toThrow(SweepError);
  }
});

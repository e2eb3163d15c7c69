import { expect, it } from 'vitest';
import { stageOf } from './stage.ts';

type Run = Parameters<typeof stageOf>[0];
const run = (change: Partial<Run> = {}): Run => ({
  summary: undefined,
  pruned: undefined,
  tune: [],
  version: 1,
  ...change,
});
const pruned = {} as NonNullable<Run['pruned']>;
const frame = {} as Run['tune'][number];

it('a run is in the stage of what it brought forth last, whatever it is doing', () => {
  expect(stageOf(run())).toBe('learn');
  expect(stageOf(run({ pruned }))).toBe('prune');
  expect(stageOf(run({ pruned, tune: [frame] }))).toBe('finetune');
  const summary = {} as NonNullable<Run['summary']>;
  expect(stageOf(run({ pruned, tune: [frame], summary }))).toBe('certificate');
});

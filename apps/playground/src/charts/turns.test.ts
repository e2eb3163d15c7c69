import { expect, it } from 'vitest';
import { inTurn, leaveTurns } from './turns.ts';

/** Resolves after every task that is in the queue by now, and after those that these have posted. */
async function idle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve));
}

it('a chart is drawn in a task of its own, so that the page hears others in between', async () => {
  const seen: string[] = [];
  const draw = (name: string) => () => {
    seen.push(name);
    // A microtask still belongs to the task of this chart.
    queueMicrotask(() => seen.push(`end of ${name}`));
  };
  for (const name of ['a', 'b', 'c']) inTurn({ name }, draw(name));
  expect(seen).toEqual([]);
  await idle();
  expect(seen).toEqual(['a', 'end of a', 'b', 'end of b', 'c', 'end of c']);
});

it('a chart that waits is drawn once, as it was asked for last', async () => {
  const owner = {};
  const seen: number[] = [];
  for (const version of [1, 2, 3]) inTurn(owner, () => seen.push(version));
  await idle();
  expect(seen).toEqual([3]);
  inTurn(owner, () => seen.push(4));
  await idle();
  expect(seen).toEqual([3, 4]);
});

it('a chart that is gone is not drawn, and those after it are', async () => {
  const [gone, stays] = [{}, {}];
  const seen: string[] = [];
  inTurn(gone, () => seen.push('gone'));
  inTurn(stays, () => seen.push('stays'));
  leaveTurns(gone);
  await idle();
  expect(seen).toEqual(['stays']);
});

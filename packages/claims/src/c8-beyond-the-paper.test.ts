import { expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { beyondThePaper } from './c8-beyond-the-paper.ts';

it('C8 names what breaks', () => {
  const found = judge(beyondThePaper, ({ config }: { config: { gate?: string } }) => {
    const overlap = config.gate === 'tanh' ? 0.4 : 0.99;
    return { expert: [overlap], router: [overlap] };
  });
  expect(found.verdict).toBe('fails');
  expect(found.sentences.join(' ')).toMatch(/breaks in: gate tanh \(0 % of seeds\)\./);
  const of = (group: string) =>
    found.criteria.find(({ text }) => text.startsWith(`${group}:`))!.verdict;
  expect([of('Gate'), of('Expert'), of('Base')]).toEqual(['fails', 'holds', 'holds']);
});

it('C8 holds where all recovers', () => {
  expect(judge(beyondThePaper, () => ({ expert: [1], router: [1] })).verdict).toBe('holds');
});

it('C8 reports where an axis breaks, and lets it break beyond what is claimed', () => {
  const found = judge(beyondThePaper, ({ config }: { config: { geometry?: object } }) => {
    const geometry = config.geometry as { overlap?: number } | undefined;
    const overlap = (geometry?.overlap ?? 0) > 0.6 ? 0.4 : 0.99;
    return { expert: [overlap], router: [overlap] };
  });
  expect(found.verdict).toBe('holds');
  expect(found.numbers[0]).toMatchObject({
    label: 'correlated teacher: overlap at which half of the seeds recover',
    low: 0.6,
    high: 0.9,
  });
  expect(found.sentences.join(' ')).toMatch(/breaks in: correlated teacher overlap 0\.9/);
});

it('C8 is undecided where one variation is open', () => {
  const found = judge(beyondThePaper, ({ config }: { config: { gate?: string; seed: number } }) => {
    const overlap = config.gate === 'tanh' && config.seed % 2 ? 0.4 : 0.99;
    return { expert: [overlap], router: [overlap] };
  });
  expect(found.verdict).toBe('undecided');
  expect(found.criteria.filter(({ verdict }) => verdict === 'undecided')).toHaveLength(1);
});

it('C8 counts a run that failed as not recovered', () => {
  const found = judge(beyondThePaper, ({ config }: { config: { gate?: string } }) =>
    config.gate === 'tanh' ? undefined : { expert: [1], router: [1] },
  );
  expect(found.verdict).toBe('fails');
  expect(found.sentences.join(' ')).toMatch(/8 of 116 measurements failed \(counted as not rec/);
});

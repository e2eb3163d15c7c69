import { expect, it } from 'vitest';
import { judgeAt } from '../fixtures/claims.ts';
import { stochasticGradients } from './c12-sgd.ts';

const ended = (recovered: number) => ({ teachers: 5, survivors: 5, recovered });

it('C12 holds where everything is recovered at each dimension', () => {
  const found = judgeAt('full', stochasticGradients, ({ inputDim }: { inputDim: number }) =>
    inputDim === 64 ? undefined : ended(5),
  );
  expect(found.criteria.map(({ verdict }) => verdict)).toEqual(['fails', 'holds', 'holds']);
});

it('C12 counts a run that misses an expert as one that did not recover', () => {
  const found = judgeAt('full', stochasticGradients, ({ seed }: { seed: number }) =>
    ended(seed % 4 ? 4 : 5),
  );
  expect(found.verdict).toBe('fails');
  expect(found.numbers[0]!.value).toBe(0.25);
});

it('C12 draws whole inputs, whatever presets do', () => {
  for (const { input } of stochasticGradients.plan({ scale: 'full', seedOffset: 0 })) {
    expect(input).toMatchObject({ engine: 'online' });
    expect((input as { train: { sampling?: string } }).train.sampling ?? 'inputs').toBe('inputs');
  }
});

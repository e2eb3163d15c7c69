import { expect, it } from 'vitest';
import { readSource } from './source.ts';

it('a link to a preset that says nothing of sampling draws all inputs, as when it was made', () => {
  const link = (train?: object) =>
    readSource({
      kind: 'preset',
      name: 'canonical',
      changes: { engine: 'online', ...(train && { train }) },
    });
  expect(link().config.train.sampling).toBe('inputs');
  expect(link({ time: 5 }).config.train).toMatchObject({ sampling: 'inputs', time: 5 });
  expect(link({ sampling: 'span' }).config.train.sampling).toBe('span');
});

it('knows presets by name', () => {
  const { config } = readSource({ kind: 'preset', name: 'quick', changes: { seed: 3 } });
  expect(config).toMatchObject({ inputDim: 64, seed: 3 });
  expect(() => readSource({ kind: 'preset', name: 'slow' })).toThrow(/is not a preset/);
});

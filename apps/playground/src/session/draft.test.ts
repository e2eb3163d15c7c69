import { parseConfig } from '@softmoe/lab';
import { expect, it } from 'vitest';
import { changed } from './draft.ts';

it('changes one field and keeps the rest', () => {
  const config = parseConfig({ inputDim: 32 });
  expect(changed(config, { seed: 7 })).toEqual({ ...config, seed: 7 });
  expect(changed(config, { train: { time: 20 } })).toMatchObject({
    train: { time: 20, flow: 'balanced' },
  });
});

it('makes a valid config of either engine out of the other', () => {
  const exact = parseConfig({ inputDim: 32 });
  const online = parseConfig(changed(exact, { engine: 'online' }));
  expect(online.train.method).toBe('euler');
  const noisy = parseConfig({ ...online, train: { ...online.train, noise: 0.1 } });
  expect(parseConfig(changed(noisy, { engine: 'exact' })).train).toMatchObject({
    method: 'bogackiShampine',
    noise: 0,
  });
});

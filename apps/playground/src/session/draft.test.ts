import { hasClosedForm, parseConfig } from '@softmoe/lab';
import { type ExpertSpec, expertKinds } from '@softmoe/model';
import { expect, it } from 'vitest';
import { changed, hasClosedForm as toldClosedForm } from './draft.ts';

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

it.each(
  expertKinds.flatMap((kind) =>
    (['independent', 'softmax'] as const).map((routing) => [kind, routing] as const),
  ),
)(
  'the page, which has no gates and experts of its own, knows where there is a closed form: %s, %s',
  (kind, routing) => {
    const expert = { kind, degree: 2, coefficients: [0, 1] } as ExpertSpec;
    expect(toldClosedForm({ expert, routing })).toBe(hasClosedForm({ expert, routing }));
  },
);

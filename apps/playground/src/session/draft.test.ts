import { createReferenceBackend } from '@softmoe/backend';
import {
  type Config,
  createExperiment,
  hasClosedForm,
  parseConfig,
  presetConfig,
} from '@softmoe/lab';
import { expertKinds, gateNames, hasOwnGates, routingNames } from '@softmoe/model/checks';
import { expect, it } from 'vitest';
import * as page from './draft.ts';

const { changed } = page;

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
    method: 'dormandPrince',
    noise: 0,
  });
});

it.each([
  [1000, 'span'],
  [180, 'span'],
  [179, 'inputs'],
])('draws online SGD in %i dimensions in the %s, as presets do', (inputDim, sampling) => {
  const exact = parseConfig({ inputDim, teachers: 5, students: 25 });
  const online = parseConfig(changed(exact, { engine: 'online' }));
  expect(online.train.sampling).toBe(sampling);
  const preset = presetConfig('canonical', { inputDim, engine: 'online' });
  expect(preset.train.sampling).toBe(sampling);
  expect(parseConfig(changed(online, { engine: 'subspace' })).train.sampling).toBe('inputs');
  expect(parseConfig(changed(online, { engine: 'exact' })).train.sampling).toBe('inputs');
});

it.each(['story', 'canonical', 'quick', 'correlated', 'tanh'])(
  'has SGD start beside the exact flow of %s from the very same student',
  async (name) => {
    const config = presetConfig(name);
    const sgd = parseConfig(page.sgdBeside(config, 1024));
    expect(sgd).toMatchObject({ engine: 'online', seed: config.seed });
    expect(sgd.train).toMatchObject({ batchSize: 1024, time: config.train.time });
    const { step, recordEvery, time } = sgd.train;
    expect(recordEvery / step).toBeCloseTo(Math.round(recordEvery / step), 9);
    expect(time / recordEvery).toBeGreaterThan(150);
    const backend = createReferenceBackend();
    const first = async (of: Config) => {
      const event = await createExperiment(of, { backend }).next();
      if (event?.phase !== 'train') throw new Error('trains first');
      return event.record.overlaps?.expert.data ?? [];
    };
    const [mine, theirs] = [await first(config), await first(sgd)];
    expect(mine.length).toBe(config.students * config.teachers);
    mine.forEach((value, i) => {
      expect(theirs[i]).toBeCloseTo(value, 9);
    });
  },
);

it('has the exact flow start beside SGD in steps short enough to interpolate between', () => {
  const online = parseConfig(changed(presetConfig('quick'), { engine: 'online' }));
  expect(parseConfig(page.exactBeside(online))).toMatchObject({
    engine: 'exact',
    train: { method: 'bogackiShampine', tolerance: 2e-5, time: online.train.time },
  });
});

it('shows a change at once, with what depends on it as it was', () => {
  const config = parseConfig({ inputDim: 32 });
  const next = changed(config, { expert: { kind: 'relu' } });
  expect(parseConfig(next).engine).toBe('subspace');
  expect(page.shownOf(config, next)).toEqual({ ...config, expert: { kind: 'relu' } });
  // A second change goes on from the first, not from what is shown of it.
  const both = changed(next as Config, { seed: 9 });
  expect(parseConfig(both)).toMatchObject({
    expert: { kind: 'relu' },
    engine: 'subspace',
    seed: 9,
  });
});

it('shows what wrong fields hold where a control can, and else what stands there', () => {
  const config = parseConfig({ inputDim: 32 });
  const faults = [
    { message: '', field: 'inputDim', value: 8 },
    { message: '', field: 'train.time', value: -3 },
    { message: '', field: 'seed', value: 'x' },
    { message: '', field: 'train', value: 3 },
    { message: '', field: 'foo', value: 1 },
    { message: '', value: 1 },
  ];
  expect(page.withFaults(config, faults)).toEqual({
    ...config,
    inputDim: 8,
    train: { ...config.train, time: -3 },
  });
});

it('offers the routings and gates that there are', () => {
  expect(page.routings).toEqual(routingNames);
  expect(page.gates).toEqual(gateNames);
});

it.each(expertKinds.flatMap((kind) => page.routings.map((routing) => [kind, routing] as const)))(
  'knows what %s experts and %s routing bring, without their code',
  (kind, routing) => {
    const constants = { hermite: { degree: 2 }, series: { coefficients: [0, 1] } };
    const expert = { kind, ...(constants as Record<string, object>)[kind] } as Config['expert'];
    expect(page.hasClosedForm({ expert, routing })).toBe(hasClosedForm({ expert, routing }));
    expect(page.hasOwnGates(routing)).toBe(hasOwnGates(routing));
  },
);

it('has the length of the teacher’s routers where students learn theirs, and there alone', () => {
  const free = parseConfig(changed(parseConfig({ inputDim: 32 }), { routerNorm: 'free' }));
  expect(free.routerNorm).toBe('free');
  const long = parseConfig(changed(free, { teacherRouterNorm: 2 }));
  expect(long.teacherRouterNorm).toBe(2);
  const fixed = parseConfig(changed(long, { routerNorm: 1 }));
  expect([fixed.routerNorm, fixed.teacherRouterNorm]).toEqual([1, undefined]);
});

it('has routers of a length only where units have gates of their own', () => {
  const sharp = parseConfig({ inputDim: 32, routerNorm: 2 });
  expect(parseConfig(changed(sharp, { seed: 1 })).routerNorm).toBe(2);
  const shared = parseConfig(changed(sharp, { routing: 'softmax' }));
  expect([shared.routing, shared.routerNorm]).toEqual(['softmax', undefined]);
});

import { type Backend, createReferenceBackend, spanStep } from '@softmoe/backend';
import { type Draw, UnknownNameError, UnsupportedError, ValueError } from '@softmoe/model';
import { norm, normParams, projectTangent } from '@softmoe/model/linalg';
import { populationObjective } from '@softmoe/population';
import { normals, sampleBatch } from '@softmoe/teacher';
import { expect, it } from 'vitest';
import { someModel } from '../../model/test/models.ts';
import { distance } from '../../train/fixtures/objectives.ts';
import { sampled } from './sampled.ts';
import { type FreshBatchesOptions, freshBatches } from './source.ts';

const student = someModel({ inputDim: 6, experts: 3 }, 1);
const teacher = someModel({ inputDim: 6, experts: 2 }, 2);
const backend = createReferenceBackend();
const fresh = (options: FreshBatchesOptions) =>
  sampled(freshBatches(teacher, options), backend).objective;

it('freshBatches estimate the loss and tangent gradient on the batch of its stream, seed and step', async () => {
  const options = { batchSize: 50, seed: 7, stream: 'points', noise: 0.3 };
  const found = await fresh(options).evaluate(student, 12);
  const draw = { seed: 7, stream: 'points', step: 12, size: 50, noise: 0.3 };
  const { loss, gradient } = await backend.lossAndGradient(student, sampleBatch(teacher, draw));
  expect(found.loss).toBeCloseTo(loss, 12);
  expect(distance(found.gradient, projectTangent(student, gradient))).toBeLessThan(1e-12);
  expect(distance(found.gradient, gradient)).toBeGreaterThan(1e-3);
});

it('freshBatches draw another batch each step, and the same again for the same step', async () => {
  const objective = fresh({ batchSize: 20, seed: 1 });
  const [first, second, again] = await Promise.all(
    [0, 1, 0].map((step) => objective.evaluate(student, step)),
  );
  expect(first!.loss).not.toBe(second!.loss);
  expect(again).toEqual(first);
});

it("freshBatches use the backend's fused step where it has one", async () => {
  const draws: Draw[] = [];
  const fused: Backend = {
    ...backend,
    lossAndGradient: () => Promise.reject(new Error('not the fused step')),
    onlineStep: async (_model, _teacher, draw) => {
      draws.push(draw);
      return { loss: 3, gradient: student.params };
    },
  };
  const objective = sampled(freshBatches(teacher, { batchSize: 4, seed: 5 }), fused).objective;
  const { loss, gradient } = await objective.evaluate(student, 9);
  expect(loss).toBe(3);
  expect(norm(gradient.router.data)).toBeLessThan(1e-14);
  expect(draws).toEqual([{ seed: 5, stream: 'train', step: 9, size: 4, noise: 0 }]);
});

it("freshBatches drawn in the span use the backend's step there, or its moments, and refuse a backend of neither", async () => {
  const options = { batchSize: 4, seed: 5, sampling: 'span' } as const;
  const draws: Draw[] = [];
  const fused: Backend = {
    ...backend,
    lossAndMoments: () => Promise.reject(new Error('not the fused step')),
    spanStep: async (_model, _teacher, draw) => {
      draws.push(draw);
      return { loss: 3, gradient: student.params };
    },
  };
  const source = freshBatches(teacher, options);
  expect((await sampled(source, fused).objective.evaluate(student, 9)).loss).toBe(3);
  expect(draws).toEqual([{ seed: 5, stream: 'train', step: 9, size: 4, noise: 0 }]);
  const composed = await source.batch(backend, student, 9);
  const draw = { seed: 5, stream: 'train', step: 9, size: 4, noise: 0 };
  const parts = { batch: sampleBatch, normals };
  expect(composed).toEqual(await spanStep(backend, student, teacher, draw, parts));
  const { lossAndMoments: _, ...without } = backend;
  const refused = source.batch(without, student, 9);
  await expect(refused).rejects.toThrow(UnsupportedError);
  await expect(refused).rejects.toMatchObject({ field: 'backend', value: 'reference' });
});

it('freshBatches have the population gradient as their mean', async () => {
  const batches = 800;
  const objective = fresh({ batchSize: 256, seed: 3 });
  const exact = await populationObjective(teacher).evaluate(student, 0);
  const flatten = (gradient: typeof exact.gradient) =>
    (['router', 'expert', 'amplitude'] as const).flatMap((name) => [...gradient[name].data]);
  const samples: number[][] = [];
  for (let step = 0; step < batches; step++) {
    const { loss, gradient } = await objective.evaluate(student, step);
    samples.push([loss, ...flatten(gradient)]);
  }
  let variance = 0;
  [exact.loss, ...flatten(exact.gradient)].forEach((expected, c) => {
    const values = samples.map((sample) => sample[c]!);
    const mean = values.reduce((sum, x) => sum + x) / batches;
    const spread = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (batches - 1);
    const standardError = Math.sqrt(spread / batches);
    expect(Math.abs(mean - expected)).toBeLessThan(4.5 * standardError);
    if (c > 0) variance += standardError ** 2;
  });
  expect(Math.sqrt(variance)).toBeLessThan(0.05 * normParams(exact.gradient));
});

it.each([
  [{ batchSize: 0, seed: 1 }, 'batchSize'],
  [{ batchSize: 8, seed: -1 }, 'seed'],
  [{ batchSize: 8, seed: 1, noise: -0.1 }, 'noise'],
])('freshBatches refuse %j', (options, field) => {
  expect(() => fresh(options)).toThrow(ValueError);
  expect(() => fresh(options)).toThrow(field);
});

it('freshBatches refuse a sampling that is none', () => {
  const wrong = { batchSize: 8, seed: 1, sampling: 'half' as never };
  expect(() => fresh(wrong)).toThrow(UnknownNameError);
  expect(() => fresh(wrong)).toThrow(/^sampling: .*"half".*inputs, span/);
});

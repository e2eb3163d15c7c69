import { createReferenceBackend } from '@softmoe/backend';
import { ValueError } from '@softmoe/model';
import { projectTangent } from '@softmoe/model/linalg';
import { batchOf, createDataset } from '@softmoe/teacher';
import { adam, descend } from '@softmoe/train';
import { expect, it } from 'vitest';
import { someModel } from '../../model/test/models.ts';
import { distance } from '../../train/fixtures/objectives.ts';
import { sampled } from './sampled.ts';
import { type ShuffledBatchesOptions, shuffledBatches } from './source.ts';

const student = someModel({ inputDim: 4, experts: 3 }, 1);
const teacher = someModel({ inputDim: 4, experts: 2 }, 2);
const backend = createReferenceBackend();
const dataset = createDataset(teacher, { seed: 1, size: 90 });
const shuffled = (options: ShuffledBatchesOptions) =>
  sampled(shuffledBatches(dataset, options), backend).objective;

it('shuffledBatches estimate the loss and tangent gradient on the batch of its seed and step', async () => {
  const options = { batchSize: 40, seed: 6 };
  const found = await shuffled(options).evaluate(student, 4);
  const batch = batchOf(dataset, { ...options, step: 4 });
  const { loss, gradient } = await backend.lossAndGradient(student, batch);
  expect(found.loss).toBe(loss);
  expect(distance(found.gradient, projectTangent(student, gradient))).toBe(0);
});

it('shuffledBatches average to the loss on the whole set over an epoch', async () => {
  const objective = shuffled({ batchSize: 30, seed: 2 });
  let sum = 0;
  for (let step = 3; step < 6; step++) sum += (await objective.evaluate(student, step)).loss;
  const whole = await backend.lossAndGradient(student, {
    inputs: dataset.inputs,
    targets: dataset.targets,
    size: 90,
  });
  expect(sum / 3).toBeCloseTo(whole.loss, 12);
});

it('shuffledBatches can be learnt', async () => {
  const objective = shuffled({ batchSize: 90, seed: 2 });
  const stepper = descend(adam({ learningRate: 0.02 }), objective);
  let state = await stepper.init(student);
  const start = state.evaluation.loss;
  for (let i = 0; i < 300; i++) state = await stepper.step(state);
  expect(state.evaluation.loss).toBeLessThan(0.1 * start);
});

it.each([
  [{ batchSize: 91, seed: 1 }, 'batchSize'],
  [{ batchSize: 1.5, seed: 1 }, 'batchSize'],
  [{ batchSize: 8, seed: -1 }, 'seed'],
])('shuffledBatches refuse %j', (options, field) => {
  expect(() => shuffled(options)).toThrow(ValueError);
  expect(() => shuffled(options)).toThrow(field);
});

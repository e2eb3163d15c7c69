import { createReferenceBackend } from '@softmoe/backend';
import { ShapeError, UnsupportedError } from '@softmoe/model';
import { addScaled, dot, dotParams, scaleParams } from '@softmoe/model/linalg';
import { createDataset, createStudent, createTeacher } from '@softmoe/teacher';
import { expect, it } from 'vitest';
import { sampled } from './sampled.ts';
import { fixedSample, shuffledBatches } from './source.ts';

const backend = createReferenceBackend();

const kind = { inputDim: 5, expert: { kind: 'relu' }, routing: 'softmax' } as const;
const teacher = createTeacher({ ...kind, experts: 2, geometry: { kind: 'orthonormal' }, seed: 3 });
const { objective } = sampled(createDataset(teacher, { seed: 1, size: 100 }), backend);

it('fixedSample has the teacher as a minimum of zero loss', async () => {
  const { loss, gradient } = await objective.evaluate(teacher, 0);
  expect(loss).toBe(0);
  expect(dotParams(gradient, gradient)).toBe(0);
});

it('fixedSample gives a tangent gradient, the same at every step', async () => {
  const student = createStudent({ ...kind, experts: 3, seed: 1, amplitude: 0.5 });
  const { loss, gradient } = await objective.evaluate(student, 4);
  expect(await objective.evaluate(student, 0)).toEqual({ loss, gradient });
  const radial = dot(student.params.expert.data, gradient.expert.data);
  expect(Math.abs(radial)).toBeLessThan(1e-14);
  const along = async (t: number) => {
    const params = addScaled(student.params, t, scaleParams(1, gradient));
    return (await objective.evaluate({ ...student, params }, 0)).loss;
  };
  const slope = ((await along(1e-6)) - (await along(-1e-6))) / 2e-6;
  expect(slope).toBeCloseTo(dotParams(gradient, gradient), 6);
});

it('fixedSample refuses a sample whose arrays do not fit the model', async () => {
  const points = { inputs: new Float64Array(8), targets: new Float64Array(2), size: 2 };
  const wrong = sampled(points, backend).objective;
  await expect(wrong.evaluate(teacher, 0)).rejects.toThrow(ShapeError);
  expect(() => sampled({} as never, backend)).toThrow(/points\.(inputs|size)/);
});

it('fixedSample and shuffledBatches refuse to draw inputs that are given in a span', () => {
  const points = createDataset(teacher, { seed: 1, size: 10 });
  const span = { sampling: 'span' } as const;
  for (const make of [
    () => fixedSample(points, span),
    () => shuffledBatches(points, { batchSize: 2, seed: 1, ...span }),
  ]) {
    expect(make).toThrow(UnsupportedError);
    expect(make).toThrow(/^sampling: .*"span".*Use sampling 'inputs'/);
  }
  expect(fixedSample(points, { sampling: 'inputs' }).size).toBe(10);
});

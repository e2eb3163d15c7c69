import { type MoE, SoftmoeError, toSpan } from '@softmoe/model';
import { mapParams, scaleParams } from '@softmoe/model/linalg';
import { createTeacher } from '@softmoe/teacher';
import { expect, it } from 'vitest';
import {
  pairExpectations,
  populationCurvature,
  populationGram,
  populationObjective,
} from './index.ts';

const teacher = createTeacher({
  inputDim: 6,
  experts: 2,
  gate: 'sigmoid',
  expert: { kind: 'hermite', degree: 3 },
  geometry: { kind: 'random-unit' },
  seed: 1,
});
const long: MoE = { spec: teacher.spec, params: scaleParams(7, teacher.params) };
const holed: MoE = {
  spec: teacher.spec,
  params: mapParams(teacher.params, ({ shape, data }, name) => ({
    shape,
    data: name === 'amplitude' ? data.slice().fill(Number.NaN, 1) : data,
  })),
};
const short = { spec: { ...teacher.spec, inputDim: 7 }, params: teacher.params };

/** What is no model, and where in it the error points. */
const bad: [unknown, string][] = [
  [undefined, ''],
  [null, ''],
  [{}, '.spec'],
  [{ spec: teacher.spec }, '.params'],
  [short, '.params.router.shape'],
  [long, '.params.router[0]'],
  [holed, '.params.amplitude[1]'],
];

it.each<[string, string, (model: MoE) => unknown]>([
  ['pairExpectations', 'a', (model) => pairExpectations(model, teacher)],
  ['pairExpectations', 'b', (model) => pairExpectations(teacher, model)],
  ['populationGram', 'student', (model) => populationGram(model, teacher)],
  ['populationGram', 'teacher', (model) => populationGram(teacher, model)],
  ['populationObjective', 'teacher', (model) => populationObjective(model)],
  ['populationObjective', 'model', (model) => populationObjective(teacher).evaluate(model)],
  ['populationCurvature', 'student', (model) => populationCurvature(model, teacher)],
  ['populationCurvature', 'teacher', (model) => populationCurvature(teacher, model)],
  ['toSpan', 'student', (model) => toSpan(model, teacher)],
  ['toSpan', 'teacher', (model) => toSpan(teacher, model)],
])('%s refuses what is no model as its %s', async (_name, field, call) => {
  for (const [value, where] of bad) {
    const run = async () => call(value as MoE);
    await expect(run()).rejects.toThrow(SoftmoeError);
    await expect(run()).rejects.toThrow(expect.objectContaining({ field: field + where }));
  }
});

import { SoftmoeError } from '@softmoe/model';
import { scaleParams } from '@softmoe/model/linalg';
import { expect, it } from 'vitest';
import { geometries, scene, teacherOf } from '../../finetune/fixtures/scenes.ts';
import { certify } from './index.ts';

const teacher = teacherOf(6, 1, geometries[0]!, 1);
const long = { spec: teacher.spec, params: scaleParams(2, teacher.params) };
const tanh = { ...teacher, spec: { ...teacher.spec, gate: 'tanh' as const } };
const { estimator } = scene(teacher, teacher);
const judge = (options: object) => certify(teacher, estimator, options as never);
const ask = (other: object) => certify(teacher, other as never);

/** Calls with what the types forbid, as plain JavaScript can make them, and the error that answers. */
it.each<[(value: never) => unknown, unknown, string, string]>([
  [(model) => certify(model, estimator), undefined, 'ValueError', 'model'],
  [(model) => certify(model, estimator), long, 'ValueError', 'model.params.router[0]'],
  [ask, undefined, 'ValueError', 'estimator.objective.evaluate'],
  [ask, { objective: undefined }, 'ValueError', 'estimator.objective.evaluate'],
  [ask, { ...estimator, curvature: 1 }, 'ValueError', 'estimator.curvature'],
  [judge, { target: null }, 'ValueError', 'target'],
  [judge, { target: tanh }, 'ValueError', 'student.spec'],
  [judge, { inputDim: 5 }, 'ValueError', 'inputDim'],
  [judge, { step: Number.NaN }, 'ValueError', 'step'],
  [judge, { stepSince: 0.5 }, 'ValueError', 'stepSince'],
  [judge, { steps: 3 }, 'UnknownNameError', 'options.steps'],
  [judge, { tolerances: { gradientNorm: 1 } }, 'UnknownNameError', 'tolerances.gradientNorm'],
  [judge, { tolerances: { flatness: 1 } }, 'UnknownNameError', 'tolerances.flatness'],
])('certify answers a bad argument (%#)', async (call, value, name, field) => {
  const action = async () => call(value as never);
  await expect(action()).rejects.toThrow(SoftmoeError);
  await expect(action()).rejects.toThrow(expect.objectContaining({ name, field }));
});

import { SoftmoeError, scaleParams } from '@softmoe/model';
import { expect, it } from 'vitest';
import { geometries, scene, teacherOf } from '../fixtures/scenes.ts';
import { certify, finetune, gradientDescent, levenbergMarquardt } from './index.ts';

const teacher = teacherOf(6, 1, geometries[0]!, 1);
const long = { spec: teacher.spec, params: scaleParams(2, teacher.params) };
const base = scene(teacher, teacher);
const run = (change: object) => finetune({ ...base, ...change } as never).next();
const method = 'levenbergMarquardt';
const judge = (tolerances: object) => certify({ tolerances } as never);

/** Calls with what the types forbid, as plain JavaScript can make them, and the error that answers. */
it.each<[string, (value: never) => unknown, unknown, string, string]>([
  ['finetune', (options) => finetune(options).next(), undefined, 'ValueError', 'options'],
  ['finetune', (options) => finetune(options).next(), {}, 'ValueError', 'model'],
  ['finetune', run, { model: long }, 'ValueError', 'model.params.router[0]'],
  ['finetune', run, { target: null }, 'ValueError', 'target'],
  ['finetune', run, { resume: null }, 'ValueError', 'resume'],
  ['finetune', run, { resume: {} }, 'ValueError', 'resume.model'],
  ['finetune', run, { objective: undefined }, 'ValueError', 'objective.evaluate'],
  ['finetune', run, { curvature: 1 }, 'ValueError', 'curvature'],
  ['finetune', run, { method: 'newton' }, 'UnknownNameError', 'method'],
  ['finetune', run, { steps: 3 }, 'UnknownNameError', 'options.steps'],
  ['finetune', run, { method, step: 0.1 }, 'ValueError', 'step'],
  ['finetune', run, { step: 0 }, 'ValueError', 'step'],
  [
    'finetune',
    run,
    { tolerances: { gradientNorm: 1 } },
    'UnknownNameError',
    'tolerances.gradientNorm',
  ],
  ['certify', judge, { flatness: 1 }, 'UnknownNameError', 'tolerances.flatness'],
  ['gradientDescent', gradientDescent, undefined, 'ValueError', 'options'],
  ['gradientDescent', gradientDescent, {}, 'ValueError', 'objective.evaluate'],
  ['gradientDescent', gradientDescent, { eta: 1 }, 'UnknownNameError', 'options.eta'],
  ['levenbergMarquardt', levenbergMarquardt, { step: 1 }, 'UnknownNameError', 'options.step'],
])('%s answers a bad argument (%#)', async (_name, call, value, name, field) => {
  const action = async () => call(value as never);
  await expect(action()).rejects.toThrow(SoftmoeError);
  await expect(action()).rejects.toThrow(expect.objectContaining({ name, field }));
});

import { SoftmoeError } from '@softmoe/model';
import { expect, it } from 'vitest';
import { geometries, scene, teacherOf } from '../fixtures/scenes.ts';
import { descentStep, gradientDescent, levenbergMarquardt } from './index.ts';

const teacher = teacherOf(6, 1, geometries[0]!, 1);
const { estimator } = scene(teacher, teacher);
const { objective } = estimator;
const spectrum = async () => ({ mu: 1, lambdaMax: 1 });
const descend = (options: object) => gradientDescent({ objective, spectrum, ...options } as never);
const damp = (options: object) => levenbergMarquardt({ ...estimator, ...options } as never);

/** Calls with what the types forbid, as plain JavaScript can make them, and the error that answers. */
it.each<[string, (value: never) => unknown, unknown, string, string]>([
  ['gradientDescent', gradientDescent, undefined, 'ValueError', 'options'],
  ['gradientDescent', gradientDescent, {}, 'ValueError', 'objective.evaluate'],
  ['gradientDescent', descend, { objective: undefined }, 'ValueError', 'objective.evaluate'],
  ['gradientDescent', descend, { spectrum: 1 }, 'ValueError', 'spectrum'],
  ['gradientDescent', descend, { step: 0 }, 'ValueError', 'step'],
  ['gradientDescent', gradientDescent, { eta: 1 }, 'UnknownNameError', 'options.eta'],
  ['descentStep', descentStep, { memory: undefined }, 'ValueError', 'state.memory.step'],
  ['levenbergMarquardt', levenbergMarquardt, undefined, 'ValueError', 'options'],
  ['levenbergMarquardt', damp, { objective: undefined }, 'ValueError', 'objective.evaluate'],
  ['levenbergMarquardt', damp, { curvature: 1 }, 'ValueError', 'curvature'],
  ['levenbergMarquardt', damp, { easing: 'slow' }, 'UnknownNameError', 'easing'],
  ['levenbergMarquardt', damp, { step: 0.1 }, 'UnknownNameError', 'options.step'],
])('%s answers a bad argument (%#)', (_name, call, value, name, field) => {
  const action = () => call(value as never);
  expect(action).toThrow(SoftmoeError);
  expect(action).toThrow(expect.objectContaining({ name, field }));
});

import { type MoE, SoftmoeError, scaleParams } from '@softmoe/model';
import { expect, it } from 'vitest';
import { someModel } from '../../model/test/models.ts';
import { pull } from '../fixtures/objectives.ts';
import {
  adam,
  bogackiShampine,
  descend,
  dormandPrince,
  euler,
  integrate,
  overlaps,
  plainFlow,
  saveState,
  sgd,
  train,
} from './index.ts';

const model = someModel({ inputDim: 4, experts: 3 });
const long: MoE = { spec: model.spec, params: scaleParams(2, model.params) };
const objective = pull(model.params);
const stepper = integrate(plainFlow, objective, euler({ fixedStep: 0.1 }));
const start = (options: object) => train({ model, stepper, ...options } as never).next();

/** Calls with what the types forbid, as plain JavaScript can make them, and the error that answers. */
it.each<[string, (value: never) => unknown, unknown, string, string]>([
  ['sgd', sgd, undefined, 'ValueError', 'sgd'],
  ['sgd', sgd, {}, 'ValueError', 'sgd.learningRate'],
  ['sgd', sgd, { learningRate: 'x' }, 'ValueError', 'sgd.learningRate'],
  ['sgd', sgd, { learningRate: 1, momentum: 0.9 }, 'UnknownNameError', 'sgd.momentum'],
  ['adam', adam, undefined, 'ValueError', 'adam'],
  ['adam', adam, { learningRate: 1, eps: 1 }, 'UnknownNameError', 'adam.eps'],
  ['euler', euler, undefined, 'ValueError', 'method'],
  ['euler', euler, { step: 1 }, 'UnknownNameError', 'method.step'],
  ['euler', (options) => euler(plainFlow, options), undefined, 'ValueError', 'euler.fixedStep'],
  ['euler', (options) => euler(plainFlow, options), null, 'ValueError', 'euler'],
  ['bogackiShampine', bogackiShampine, null, 'ValueError', 'method'],
  ['bogackiShampine', bogackiShampine, { tolerance: 1 }, 'UnknownNameError', 'method.tolerance'],
  ['dormandPrince', dormandPrince, { fixedStep: 1, rtol: 1 }, 'UnknownNameError', 'method.rtol'],
  [
    'integrate',
    (field) => integrate(field, objective, euler({ fixedStep: 1 })),
    undefined,
    'ValueError',
    'field',
  ],
  [
    'integrate',
    (objective) => integrate(plainFlow, objective, euler({ fixedStep: 1 })),
    undefined,
    'ValueError',
    'objective.evaluate',
  ],
  [
    'integrate',
    (method) => integrate(plainFlow, objective, method),
    {},
    'ValueError',
    'method.step',
  ],
  [
    'descend',
    (optimizer) => descend(optimizer, objective),
    undefined,
    'ValueError',
    'optimizer.update',
  ],
  [
    'descend',
    (objective) => descend(sgd({ learningRate: 1 }), objective),
    null,
    'ValueError',
    'objective.evaluate',
  ],
  ['train', (options) => train(options).next(), undefined, 'ValueError', 'options'],
  ['train', (options) => train(options).next(), { model }, 'ValueError', 'stepper.step'],
  ['train', start, { model: long }, 'ValueError', 'model.params.router[0]'],
  ['train', start, { model: 3 }, 'ValueError', 'model'],
  ['train', start, { teacher: null }, 'ValueError', 'teacher'],
  ['train', start, { resume: {} }, 'ValueError', 'resume.model'],
  ['train', start, { stopAt: {} }, 'UnknownNameError', 'options.stopAt'],
  ['train', start, { stop: { step: 2 } }, 'UnknownNameError', 'stop.step'],
  ['train', start, { stop: null }, 'ValueError', 'stop'],
  [
    'train',
    start,
    { stop: { plateau: { steps: 3, ratio: 1 } } },
    'UnknownNameError',
    'stop.plateau.ratio',
  ],
  ['saveState', saveState, undefined, 'ValueError', 'state'],
  ['saveState', saveState, { model }, 'ValueError', 'state.evaluation'],
  ['overlaps', (teacher) => overlaps(model, teacher), undefined, 'ValueError', 'teacher'],
])('%s answers a bad argument (%#)', async (_name, call, value, name, field) => {
  const action = async () => call(value as never);
  await expect(action()).rejects.toThrow(SoftmoeError);
  await expect(action()).rejects.toThrow(expect.objectContaining({ name, field }));
});

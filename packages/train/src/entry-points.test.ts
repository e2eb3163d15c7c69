import { type MoE, SoftmoeError } from '@softmoe/model';
import { scaleParams } from '@softmoe/model/linalg';
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
  run,
  saveState,
  sgd,
} from './index.ts';

const model = someModel({ inputDim: 4, experts: 3 });
const long: MoE = { spec: model.spec, params: scaleParams(2, model.params) };
const objective = pull(model.params);
const stepper = integrate(plainFlow, objective, euler({ fixedStep: 0.1 }));
const begin = (options: object) => run(stepper, { start: model, ...options } as never).next();
const evaluation = { loss: 0, gradient: model.params };
const saveRemembering = (memory: object) =>
  saveState({ step: 0, time: 0, model, evaluation, memory });

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
  ['run', (options) => run(stepper, options).next(), undefined, 'ValueError', 'options'],
  ['run', (stepper) => run(stepper, { start: model }).next(), {}, 'ValueError', 'stepper.step'],
  ['run', begin, { start: long }, 'ValueError', 'start.params.router[0]'],
  ['run', begin, { start: 3 }, 'ValueError', 'start'],
  ['run', begin, { start: {} }, 'ValueError', 'start.model'],
  ['run', begin, { teacher: null }, 'UnknownNameError', 'options.teacher'],
  ['run', begin, { record: { teacher: null } }, 'ValueError', 'record.teacher'],
  ['run', begin, { record: { each: 1 } }, 'UnknownNameError', 'record.each'],
  ['run', begin, { record: null }, 'ValueError', 'record'],
  ['run', begin, { stopAt: {} }, 'UnknownNameError', 'options.stopAt'],
  ['run', begin, { until: { step: 2 } }, 'UnknownNameError', 'until.step'],
  ['run', begin, { until: null }, 'ValueError', 'until'],
  [
    'run',
    begin,
    { until: { plateau: { steps: 3, ratio: 1 } } },
    'UnknownNameError',
    'until.plateau.ratio',
  ],
  ['saveState', saveState, undefined, 'ValueError', 'state'],
  ['saveState', saveState, { model }, 'ValueError', 'state.evaluation'],
  ['saveState', saveRemembering, { at: new Date(0) }, 'ValueError', 'state/memory/at'],
  ['saveState', saveRemembering, { list: [null] }, 'ValueError', 'state/memory/list/0'],
  ['saveState', saveRemembering, { 'a/b': 1 }, 'ValueError', 'state/memory'],
  ['overlaps', (teacher) => overlaps(model, teacher), undefined, 'ValueError', 'teacher'],
])('%s answers a bad argument (%#)', async (_name, call, value, name, field) => {
  const action = async () => call(value as never);
  await expect(action()).rejects.toThrow(SoftmoeError);
  await expect(action()).rejects.toThrow(expect.objectContaining({ name, field }));
});

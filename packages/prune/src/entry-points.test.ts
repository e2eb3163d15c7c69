import { createMoE, type Gram, type MoE, ndarray, SoftmoeError } from '@softmoe/model';
import { expect, it } from 'vitest';
import {
  cliff,
  eliminationCurve,
  merge,
  prune,
  redundancy,
  refit,
  type SizeRule,
} from './index.ts';

const rows = ndarray([2, 2], [1, 0, 0, 1]);
const model: MoE = createMoE(
  {
    inputDim: 2,
    experts: 2,
    gate: 'sigmoid',
    expert: { kind: 'linear' },
    routing: 'independent',
  },
  { router: rows, expert: rows, amplitude: ndarray([2], [1, 1]) },
);
const gram: Gram = { students: rows, cross: ndarray([2], [1, 0.5]), target: 2 };
const gramOf = () => gram;
const ruled = (rule: SizeRule) => prune(model, gramOf, rule);

/** Calls with what the types forbid, as plain JavaScript can make them, and the error that answers. */
it.each<[string, (value: never) => unknown, unknown, string, string]>([
  ['eliminationCurve', eliminationCurve, undefined, 'ValueError', 'gram'],
  ['eliminationCurve', eliminationCurve, {}, 'ShapeError', 'gram.students'],
  ['eliminationCurve', eliminationCurve, { students: rows }, 'ShapeError', 'gram.cross'],
  [
    'eliminationCurve',
    eliminationCurve,
    { students: rows, cross: gram.cross },
    'ValueError',
    'gram.target',
  ],
  ['eliminationCurve', (options) => eliminationCurve(gram, options), null, 'ValueError', 'options'],
  [
    'refit',
    (options) => refit(gram, [0], options),
    { sigma: 1 },
    'UnknownNameError',
    'options.sigma',
  ],
  ['redundancy', redundancy, null, 'ValueError', 'gram'],
  [
    'redundancy',
    (options) => redundancy(gram, options),
    { threshold: 1 },
    'UnknownNameError',
    'options.threshold',
  ],
  [
    'cliff',
    (options) => cliff(eliminationCurve(gram), options),
    { sigma: 1 },
    'UnknownNameError',
    'options.sigma',
  ],
  ['merge', (model) => merge(model, [[0]]), undefined, 'ValueError', 'model'],
  ['merge', (groups) => merge(model, groups), undefined, 'ShapeError', 'groups'],
  ['merge', (groups) => merge(model, groups), [0], 'ShapeError', 'groups'],
  ['prune', (model) => prune(model, gramOf), undefined, 'ValueError', 'model'],
  ['prune', (gramOf) => prune(model, gramOf), gram, 'ValueError', 'gramOf'],
  ['prune', (gramOf) => prune(model, gramOf), () => undefined, 'ValueError', 'gram'],
  ['prune', ruled, { size: 1, tolerance: 0.1 }, 'UnknownNameError', 'rule'],
  ['prune', ruled, {}, 'UnknownNameError', 'rule'],
  ['prune', ruled, null, 'UnknownNameError', 'rule'],
  ['prune', ruled, { size: 3 }, 'ValueError', 'rule.size'],
  ['prune', (options) => prune(model, gramOf, 'cliff', options), null, 'ValueError', 'options'],
  [
    'prune',
    (options) => prune(model, gramOf, 'cliff', options),
    { noize: 0 },
    'UnknownNameError',
    'options.noize',
  ],
])('%s answers a bad argument (%#)', async (_name, call, value, name, field) => {
  const action = async () => call(value as never);
  await expect(action()).rejects.toThrow(SoftmoeError);
  await expect(action()).rejects.toThrow(expect.objectContaining({ name, field }));
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeTensors, encodeTensors } from './checks/index.ts';
import {
  createMoE,
  forward,
  lossAndGradient,
  type MoE,
  ndarray,
  parameterError,
  SoftmoeError,
  saveMoE,
  units,
} from './index.ts';

const spec = {
  inputDim: 2,
  experts: 1,
  gate: 'tanh',
  expert: { kind: 'linear' },
  routing: 'independent',
} as const;
const row = ndarray([1, 2], [0, 1]);
const model = createMoE(spec, { router: row, expert: row, amplitude: ndarray([1], [1]) });
const wide = { spec: { ...spec, inputDim: 3 }, params: model.params };
const x = new Float64Array(2);
const y = new Float64Array(1);

/** Calls with what the types forbid, as plain JavaScript can make them, and the error that answers. */
it.each<[string, (value: never) => unknown, unknown, string, string]>([
  ['createMoE', (spec) => createMoE(spec, model.params), undefined, 'ValueError', 'spec'],
  ['createMoE', (params) => createMoE(spec, params), undefined, 'ValueError', 'params'],
  ['saveMoE', saveMoE, null, 'ValueError', 'model'],
  ['saveMoE', saveMoE, { spec }, 'ValueError', 'params'],
  ['forward', (model) => forward(model, x, 1), null, 'ValueError', 'model'],
  ['forward', (model) => forward(model, x, 1), {}, 'ValueError', 'model.spec'],
  [
    'forward',
    (model: MoE) => forward(model, new Float64Array(3), 1),
    wide,
    'ShapeError',
    'model.params.router.shape',
  ],
  ['forward', (x) => forward(model, x, 1), undefined, 'ShapeError', 'inputs'],
  ['units', (model) => units(model, x, 1), undefined, 'ValueError', 'model'],
  [
    'lossAndGradient',
    (model) => lossAndGradient(model, x, y, 1),
    { spec },
    'ValueError',
    'model.params',
  ],
  ['lossAndGradient', (y) => lossAndGradient(model, x, y, 1), [1], 'ShapeError', 'targets'],
  ['parameterError', (student) => parameterError(student, model), null, 'ValueError', 'student'],
  ['encodeTensors', encodeTensors, null, 'ValueError', 'tensors'],
  ['encodeTensors', encodeTensors, { a: 3 }, 'ShapeError', 'tensors.a'],
  ['encodeTensors', encodeTensors, { a: { shape: [2] } }, 'ShapeError', 'tensors.a'],
  ['encodeTensors', encodeTensors, { a: { shape: 2, data: x } }, 'ShapeError', 'tensors.a'],
  ['decodeTensors', decodeTensors, undefined, 'FormatError', 'file'],
])('%s answers a bad argument (%#)', (_name, call, value, name, field) => {
  const action = () => call(value as never);
  expect(action).toThrow(SoftmoeError);
  expect(action).toThrow(expect.objectContaining({ name, field }));
});

/** All names that a module of re-exports has, types among them, in the order in which it lists them. */
function namesOf(entry: string): string[] {
  const text = readFileSync(new URL(entry, import.meta.url), 'utf8');
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].map((match) => match[1]!);
  return lists.flatMap((list) => list.match(/\b(?!type\b)\w+/g) ?? []);
}

describe('the entries', () => {
  it('of the package itself are the nouns that users need', () => {
    expect(namesOf('./index.ts')).toEqual([
      ...['Curvature', 'Draw', 'Estimator', 'ExactObjective', 'Gram', 'Objective', 'Points'],
      ...[
        'TrailPoint',
        'Watch',
        'Work',
        'FormatError',
        'ShapeError',
        'SoftmoeError',
        'UnknownNameError',
      ],
      ...['UnsupportedError', 'ValueError', 'ExpertSpec', 'forward', 'lossAndGradient', 'units'],
      ...['Frame', 'toSpan', 'freeRouters', 'Expert', 'Gate', 'TensorFunction', 'GateSpec'],
      'normaliseRows',
      'retract',
      'createMoE',
      ...[
        'NormalisedRows',
        'loadMoE',
        'OwnParts',
        'saveMoE',
        'NDArray',
        'ndarray',
        'Routing',
        'MoE',
        'MoESpec',
        'Params',
        'nearestImage',
      ],
      'parameterError',
    ]);
  });

  it('share no name, so that each has one home', () => {
    const all = ['./index.ts', './checks/index.ts', './linalg/index.ts'].flatMap(namesOf);
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
  });
});

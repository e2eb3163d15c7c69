import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moe } from '../test/arbitraries.ts';
import { expectError } from '../test/expect-error.ts';
import {
  createMoE,
  type MoESpec,
  type Params,
  param,
  parameterLayout,
  UNIT_TOLERANCE,
} from './moe.ts';
import { type NDArray, ndarray, zeros } from './ndarray.ts';

const spec: MoESpec = {
  inputDim: 3,
  experts: 2,
  gate: 'sigmoid',
  expert: { kind: 'hermite', degree: 3 },
  routing: 'independent',
};
const router = ndarray([2, 3], [1, 0, 0, 0, 0.6, 0.8]);
const expert = ndarray([2, 3], [0, -1, 0, 0.8, 0, -0.6]);
const amplitude = ndarray([2], [1, -2]);
const params: Params = { router, expert, amplitude };

/** createMoE with fields that the types forbid, as plain JavaScript can pass them. */
const withSpec = (change: object) => () => createMoE({ ...spec, ...change }, params);
const withParams = (change: object) => () => createMoE(spec, { ...params, ...change });

describe('createMoE', () => {
  it('takes a valid model, sharing its arrays', () => {
    const model = createMoE(spec, params);
    expect(model).toEqual({ spec, params });
    expect(model.params.router).toBe(router);
  });

  it('takes every valid spec', () => {
    fc.assert(
      fc.property(moe(), ({ spec, params }) => {
        expect(createMoE(spec, params)).toEqual({ spec, params });
      }),
    );
  });

  it('takes rows that are unit vectors to the tolerance', () => {
    const long = ndarray([2, 3], [1 + 0.9 * UNIT_TOLERANCE, 0, 0, 0, 0.6, 0.8]);
    expect(createMoE(spec, { ...params, router: long }).params.router).toBe(long);
  });
});

describe('a bad spec is an error', () => {
  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 53, '3', null])('inputDim %o', (inputDim) => {
    expectError(withSpec({ inputDim }), 'ValueError', 'spec.inputDim', inputDim, /at least 1/);
  });

  it.each([0, 2.5, -3])('experts %o', (experts) => {
    expectError(withSpec({ experts }), 'ValueError', 'spec.experts', experts, /at least 1/);
  });

  it.each(['relu', 'constructor', 7, { toString: 1, valueOf: 1 }])('gate %o', (gate) => {
    expectError(withSpec({ gate }), 'UnknownNameError', 'spec.gate', gate, /sigmoid/);
  });

  it('expert', () => {
    const field = 'spec.expert';
    expectError(withSpec({ expert: null }), 'ValueError', field, null, /MoESpec/);
    expectError(withSpec({ expert: undefined }), 'ValueError', field, undefined, /MoESpec/);
    const relu = withSpec({ expert: { kind: 'relu' } });
    expectError(relu, 'UnknownNameError', `${field}.kind`, 'relu', /hermite, series/);
    const tenth = withSpec({ expert: { kind: 'hermite', degree: 10 } });
    expectError(tenth, 'ValueError', `${field}.degree`, 10, /between 1 and 6/);
    const both = withSpec({ expert: { kind: 'hermite', degree: 3, coefficients: [1] } });
    expectError(both, 'UnknownNameError', `${field}.coefficients`, 'coefficients', /kind, degree/);
    const empty = withSpec({ expert: { kind: 'series', coefficients: [] } });
    expectError(empty, 'ShapeError', `${field}.coefficients`, [], /η_0/);
    const text = withSpec({ expert: { kind: 'series', coefficients: 'abc' } });
    expectError(text, 'ShapeError', `${field}.coefficients`, 'abc', /η_0/);
  });

  it('routing', () => {
    const field = 'spec.routing';
    const softmax = withSpec({ routing: 'softmax' });
    expectError(softmax, 'UnsupportedError', field, 'softmax', /'independent'/);
    expectError(withSpec({ routing: 'top-1' }), 'UnknownNameError', field, 'top-1', /independent/);
  });

  it('unknown fields, or no object at all', () => {
    expectError(withSpec({ gates: 1 }), 'UnknownNameError', 'spec.gates', 'gates', /inputDim/);
    const missing: MoESpec = JSON.parse('null');
    expectError(() => createMoE(missing, params), 'ValueError', 'spec', null, /MoESpec/);
  });
});

describe('a bad parameter is an error', () => {
  it('missing or unknown', () => {
    const { amplitude: _, ...rest } = params;
    const names = ['router', 'expert'];
    const missing = () => createMoE(spec, rest);
    expectError(missing, 'ShapeError', 'params.amplitude', names, /named amplitude/);
    const extra = withParams({ bias: amplitude });
    expectError(extra, 'UnknownNameError', 'params.bias', 'bias', /router, expert, amplitude/);
    const all = [...names, 'amplitude'];
    const inherited = () => param(params, 'toString');
    expectError(inherited, 'ShapeError', 'params.toString', all, /named toString/);
    expectError(withParams({ router: null }), 'ShapeError', 'params.router', all, /named router/);
    const none: Params = JSON.parse('null');
    expectError(() => createMoE(spec, none), 'ValueError', 'params', null, /createMoE/);
  });

  it.each([[[3, 2]], [[6]], [[2, 3, 1]], [[]]])('shape %o', (shape) => {
    const change = { router: { shape, data: router.data } };
    expectError(withParams(change), 'ShapeError', 'params.router.shape', shape, /spec.inputDim/);
  });

  it('data of another length or type', () => {
    const short = { router: { shape: [2, 3], data: new Float64Array(5) } };
    expectError(withParams(short), 'ShapeError', 'params.router.shape', '5 numbers', /Check/);
    const notFloat64 = [3, { shape: [2] }, { shape: [2], data: [1, 2] }];
    for (const value of [...notFloat64, { shape: [2], data: new Float32Array(2) }]) {
      const action = withParams({ amplitude: value });
      expectError(action, 'ShapeError', 'params.amplitude', value, /Float64Array/);
    }
  });

  it.each([NaN, Infinity, -Infinity])('%d, by its index', (bad) => {
    const data = expert.data.slice();
    data[4] = bad;
    const action = withParams({ expert: { shape: [2, 3], data } });
    expectError(action, 'ValueError', 'params.expert[1, 1]', bad, /diverged/);
    const free = withParams({ amplitude: ndarray([2], [1, bad]) });
    expectError(free, 'ValueError', 'params.amplitude[1]', bad, /diverged/);
  });

  it('a row that is not a unit vector, by its index', () => {
    const long = (factor: number): NDArray => ndarray([2, 3], [1, 0, 0, 0, factor, 0]);
    for (const factor of [0, 0.5, 1 + 2 * UNIT_TOLERANCE, 1 - 2 * UNIT_TOLERANCE]) {
      const [field, remedy] = ['params.router[1]', /normaliseRows/];
      expectError(withParams({ router: long(factor) }), 'ValueError', field, factor, remedy);
    }
    const action = withParams({ expert: zeros([2, 3]) });
    expectError(action, 'ValueError', 'params.expert[0]', 0, /normaliseRows/);
  });
});

describe('parameterLayout', () => {
  it('puts independent routers on the sphere', () => {
    expect(parameterLayout(spec)).toEqual({
      router: { shape: [2, 3], manifold: 'sphere' },
      expert: { shape: [2, 3], manifold: 'sphere' },
      amplitude: { shape: [2], manifold: 'free' },
    });
  });

  it('frees softmax routers and gives them a bias', () => {
    expect(parameterLayout({ ...spec, routing: 'softmax' })).toEqual({
      router: { shape: [2, 3], manifold: 'free' },
      expert: { shape: [2, 3], manifold: 'sphere' },
      amplitude: { shape: [2], manifold: 'free' },
      routerBias: { shape: [2], manifold: 'free' },
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moe } from '../test/arbitraries.ts';
import { expectError } from '../test/expect-error.ts';
import { createMoE, param, parameterLayout, requireModel, unitTolerance } from './moe.ts';
import { type NDArray, ndarray, zeros } from './ndarray.ts';
import type { MoE, MoESpec, ParameterName, Params } from './spec.ts';

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

  it('takes softmax routing with or without a gate, routers of any length and a bias', () => {
    const { gate: _, ...rest } = spec;
    const softmax: MoESpec = { ...rest, routing: 'softmax' };
    const free: Params = {
      ...params,
      router: ndarray([2, 3], [0, 0, 0, 5, -7, 0.1]),
      routerBias: ndarray([2], [-1e3, 4]),
    };
    expect(createMoE(softmax, free)).toEqual({ spec: softmax, params: free });
    const withGate: MoESpec = { ...softmax, gate: 'tanh' };
    expect(createMoE(withGate, free)).toEqual({ spec: withGate, params: free });
  });

  it('takes rows that are unit vectors to the tolerance', () => {
    const long = ndarray([2, 3], [1 + 0.9 * unitTolerance(3), 0, 0, 0, 0.6, 0.8]);
    expect(createMoE(spec, { ...params, router: long }).params.router).toBe(long);
  });
});

describe('a bad spec is an error', () => {
  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 53, '3', null])('inputDim %o', (inputDim) => {
    expectError(
      withSpec({ inputDim }),
      'ValueError',
      'spec.inputDim',
      inputDim,
      /(at least|between) 1/,
    );
  });

  it.each([0, 2.5, -3])('experts %o', (experts) => {
    expectError(withSpec({ experts }), 'ValueError', 'spec.experts', experts, /at least 1/);
  });

  it.each(['relu', 'constructor', 7, { toString: 1, valueOf: 1 }])('gate %o', (gate) => {
    expectError(withSpec({ gate }), 'UnknownNameError', 'spec.gate', gate, /sigmoid/);
  });

  it('expert', () => {
    const field = 'spec.expert';
    expectError(withSpec({ expert: null }), 'ValueError', field, null, /with kind/);
    expectError(withSpec({ expert: undefined }), 'ValueError', field, undefined, /with kind/);
    const swish = withSpec({ expert: { kind: 'swish' } });
    expectError(swish, 'UnknownNameError', `${field}.kind`, 'swish', /hermite, series, relu/);
    const tenth = withSpec({ expert: { kind: 'hermite', degree: 10 } });
    expectError(tenth, 'ValueError', `${field}.degree`, 10, /between 1 and 6/);
    const both = withSpec({ expert: { kind: 'hermite', degree: 3, coefficients: [1] } });
    expectError(both, 'UnknownNameError', `${field}.coefficients`, 'coefficients', /kind, degree/);
    const slope = withSpec({ expert: { kind: 'relu', slope: 0.1 } });
    expectError(slope, 'UnknownNameError', `${field}.slope`, 'slope', /Use kind\./);
    const empty = withSpec({ expert: { kind: 'series', coefficients: [] } });
    expectError(empty, 'ShapeError', `${field}.coefficients`, [], /η_0/);
    const text = withSpec({ expert: { kind: 'series', coefficients: 'abc' } });
    expectError(text, 'ShapeError', `${field}.coefficients`, 'abc', /η_0/);
  });

  it('routing', () => {
    const field = 'spec.routing';
    expectError(withSpec({ routing: 'top-1' }), 'UnknownNameError', field, 'top-1', /softmax/);
    const missing = withSpec({ routing: undefined });
    expectError(missing, 'UnknownNameError', field, undefined, /independent/);
  });

  it('no gate where routing is independent, an unknown one under softmax too', () => {
    const none = withSpec({ gate: undefined });
    expectError(none, 'UnknownNameError', 'spec.gate', undefined, /sigmoid/);
    const unknown = withSpec({ routing: 'softmax', gate: 'relu' });
    expectError(unknown, 'UnknownNameError', 'spec.gate', 'relu', /sigmoid/);
  });

  it('unknown fields, or no object at all', () => {
    expectError(withSpec({ gates: 1 }), 'UnknownNameError', 'spec.gates', 'gates', /inputDim/);
    const missing: MoESpec = JSON.parse('null');
    expectError(
      () => createMoE(missing, params),
      'ValueError',
      'spec',
      null,
      /with inputDim, experts/,
    );
  });
});

describe('a bad parameter is an error', () => {
  it('missing or unknown', () => {
    const { amplitude: _, ...rest } = params;
    const names = ['router', 'expert'];
    const missing = () => createMoE(spec, rest as Params);
    expectError(missing, 'ShapeError', 'params.amplitude', names, /named amplitude/);
    const extra = withParams({ bias: amplitude });
    expectError(extra, 'UnknownNameError', 'params.bias', 'bias', /router, expert, amplitude/);
    const all = [...names, 'amplitude'];
    const inherited = () => param(params, 'toString' as ParameterName);
    expectError(inherited, 'ShapeError', 'params.toString', all, /named toString/);
    expectError(withParams({ router: null }), 'ShapeError', 'params.router', all, /named router/);
    const none: Params = JSON.parse('null');
    expectError(() => createMoE(spec, none), 'ValueError', 'params', null, /with router, expert/);
  });

  it('a missing, unknown or infinite bias', () => {
    const softmax: MoESpec = { ...spec, routing: 'softmax' };
    const field = 'params.routerBias';
    const names = ['router', 'expert', 'amplitude'];
    expectError(() => createMoE(softmax, params), 'ShapeError', field, names, /named routerBias/);
    const bias = (b: number) => ({ ...params, routerBias: ndarray([2], [0, b]) });
    const infinite = () => createMoE(softmax, bias(-Infinity));
    expectError(infinite, 'ValueError', `${field}[1]`, -Infinity, /diverged/);
    const unused = () => createMoE(spec, bias(0));
    expectError(unused, 'UnknownNameError', field, 'routerBias', /router, expert, amplitude/);
    const long = () =>
      createMoE(softmax, { ...bias(0), expert: ndarray([2, 3], Array(6).fill(1)) });
    expectError(long, 'ValueError', 'params.expert[0]', Math.sqrt(3), /normaliseRows/);
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
    for (const factor of [0, 0.5, 1 + 2 * unitTolerance(3), 1 - 2 * unitTolerance(3), 1 + 5e-10]) {
      const [field, remedy] = ['params.router[1]', /normaliseRows/];
      expectError(withParams({ router: long(factor) }), 'ValueError', field, factor, remedy);
    }
    const action = withParams({ expert: zeros([2, 3]) });
    expectError(action, 'ValueError', 'params.expert[0]', 0, /normaliseRows/);
  });
});

describe('requireModel', () => {
  const model = { spec, params };

  it('lets valid models pass', () => {
    fc.assert(fc.property(moe(), (model) => requireModel('student', model)));
  });

  it.each([
    ['student', undefined, 'ValueError', /spec, params/],
    ['student', null, 'ValueError', /spec, params/],
    ['student', 'model', 'ValueError', /spec, params/],
    ['student.spec', {}, 'ValueError', /inputDim/],
    [
      'student.spec.gate',
      { ...model, spec: { ...spec, gate: 'relu' } },
      'UnknownNameError',
      /tanh/,
    ],
    ['student.spec.expert', { ...model, spec: { ...spec, expert: 3 } }, 'ValueError', /kind/],
    ['student.spec.routing', { ...model, spec: { ...spec, routing: 1 } }, 'UnknownNameError', /so/],
    ['student.params', { spec }, 'ValueError', /router, expert/],
    ['student.params.expert', { spec, params: { router, amplitude } }, 'ShapeError', /Add/],
    ['student.params.router', { spec, params: { ...params, router: 3 } }, 'ShapeError', /ndarray/],
    ['student.params.amplitude.shape', withAmplitude([1]), 'ShapeError', /Check/],
    ['student.params.amplitude[1]', withAmplitude([1, NaN]), 'ValueError', /diverged/],
    ['student.params.router[0]', withRouter(2), 'ValueError', /normaliseRows/],
  ])('says %s for %o', (field, value, name, remedy) => {
    const action = () => requireModel('student', value as MoE);
    expect(action).toThrow(expect.objectContaining({ name, field }));
    expect(action).toThrow(remedy);
  });

  function withAmplitude(data: number[]): MoE {
    return { spec, params: { ...params, amplitude: ndarray([data.length], data) } };
  }

  function withRouter(x: number): MoE {
    return { spec, params: { ...params, router: ndarray([2, 3], [x, 0, 0, 0, 1, 0]) } };
  }
});

describe('parameterLayout', () => {
  it('puts independent routers on the sphere', () => {
    expect(parameterLayout(spec)).toEqual({
      router: { name: 'router', shape: [2, 3], manifold: 'sphere' },
      expert: { name: 'expert', shape: [2, 3], manifold: 'sphere' },
      amplitude: { name: 'amplitude', shape: [2], manifold: 'free' },
    });
  });

  it('frees softmax routers and gives them a bias', () => {
    expect(parameterLayout({ ...spec, routing: 'softmax' })).toEqual({
      router: { name: 'router', shape: [2, 3], manifold: 'free' },
      expert: { name: 'expert', shape: [2, 3], manifold: 'sphere' },
      amplitude: { name: 'amplitude', shape: [2], manifold: 'free' },
      routerBias: { name: 'routerBias', shape: [2], manifold: 'free' },
    });
  });
});

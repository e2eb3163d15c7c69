import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyModel, someModel } from '../test/models.ts';
import { gateOf, gateOfFreeRouters, gateSpecOf, namedGate, routingOf } from './checks/index.ts';
import { fixedNorm } from './gate.ts';
import {
  createMoE,
  forward,
  freeRouters,
  type Gate,
  type MoE,
  ndarray,
  nearestImage,
  parameterError,
  retract,
  UnsupportedError,
  ValueError,
} from './index.ts';
import { norm, parameterLayout, projectTangent, row, tangentDim } from './linalg/index.ts';

const free = { name: 'tanh', norm: 'free' } as const;
const shape = { inputDim: 5, experts: 3 } as const;

/** A model of routers of lengths 2 and 0.5, in turn. */
function longAndShort(): MoE {
  const model = freeRouters(someModel(shape));
  const { data } = model.params.router;
  const router = ndarray(
    [3, 5],
    data.map((x, k) => x * (Math.floor(k / 5) % 2 ? 0.5 : 2)),
  );
  return createMoE(model.spec, { ...model.params, router });
}

describe('a gate of free routers', () => {
  it('is one object, built in, of the value of the gate of unit routers', () => {
    const gate = gateOf(free);
    expect(gateOf({ ...free })).toBe(gate);
    expect(gate).not.toBe(gateOf('tanh'));
    expect(gate.value(0.7)).toBe(gateOf('tanh').value(0.7));
    expect([namedGate(gate), gateSpecOf(gate)]).toEqual([free, free]);
    expect([gateOfFreeRouters(gate), gateOfFreeRouters(free)]).toEqual(
      Array(2).fill(gateOf('tanh')),
    );
  });

  it('is told from gates of a fixed length, which have their norm', () => {
    const own: Gate = { name: 'own', parity: 'none', value: Math.exp, derivative: Math.exp };
    const gates = ['tanh', { name: 'tanh', norm: 3 }, free, own, undefined] as const;
    expect(gates.map((gate) => gateOfFreeRouters(gate)?.name)).toEqual([
      undefined,
      undefined,
      'tanh',
      undefined,
      undefined,
    ]);
    expect(gates.map(fixedNorm)).toEqual([1, 3, 1, 1, 1]);
    expect(gateSpecOf(own)).toBeUndefined();
    expect(gateSpecOf('probit')).toEqual({ name: 'probit', norm: 1 });
  });
});

describe('models of free routers', () => {
  it('have router rows of any length, and unit expert rows', () => {
    const model = longAndShort();
    const { router, expert } = parameterLayout(model.spec);
    expect([router.manifold, expert.manifold]).toEqual(['free', 'sphere']);
    expect(tangentDim(model.spec)).toBe(15 + 12 + 3);
    expect(retract(model.spec, model.params).params.router).toEqual(model.params.router);
    const vector = { ...model.params, router: ndarray([3, 5], new Float64Array(15).fill(1)) };
    expect(projectTangent(model, vector).router).toEqual(vector.router);
  });

  it('have directions of unit length', () => {
    const model = longAndShort();
    const directions = routingOf('independent').directions(model);
    for (let i = 0; i < 3; i++) expect(norm(row(directions, i))).toBeCloseTo(1, 15);
  });

  it('are the same function as the models of fixed length that they are made of', () => {
    const of = anyModel({ ...shape, gate: { name: 'sigmoid', norm: 2.5 } });
    const inputs = Float64Array.from({ length: 20 }, (_, i) => Math.sin(3 * i));
    fc.assert(
      fc.property(of, (model) => {
        const one = freeRouters(model);
        expect(one.spec.gate).toEqual({ name: 'sigmoid', norm: 'free' });
        expect(norm(row(one.params.router, 0))).toBeCloseTo(2.5, 13);
        const [f, g] = [model, one].map((each) => forward(each, inputs, 4));
        f!.forEach((value, s) => {
          expect(g![s]).toBeCloseTo(value, 12);
        });
        expect(freeRouters(one)).toBe(one);
      }),
      { numRuns: 20 },
    );
  });

  it('have parameter errors in which lengths count', () => {
    const model = longAndShort();
    const { router } = model.params;
    const longer = ndarray(
      [3, 5],
      router.data.map((x) => 1.5 * x),
    );
    const other = createMoE(model.spec, { ...model.params, router: longer });
    const largest = Math.max(...router.data.map(Math.abs));
    expect(parameterError(other, model)).toBeCloseTo(0.5 * largest, 12);
    expect(nearestImage(model, model).error).toBe(0);
  });

  it('merge near units into their mean, length included', () => {
    const model = longAndShort();
    const { router, expert } = model.params;
    const rows = (array: typeof router) => ndarray([2, 5], [...row(array, 0), ...row(array, 0)]);
    const near = rows(router);
    near.data.forEach((x, k) => {
      near.data[k] = k < 5 ? 1.01 * x : 0.99 * x;
    });
    const twins = createMoE(
      { ...model.spec, experts: 2 },
      { router: near, expert: rows(expert), amplitude: ndarray([2], [0.5, 0.5]) },
    );
    const { params } = routingOf('independent').merge(twins, [[0, 1]]);
    row(router, 0).forEach((x, c) => {
      expect(params.router.data[c]).toBeCloseTo(x, 14);
    });
    expect(params.amplitude.data[0]).toBe(1);
  });

  it('are not made of gates of the user’s own, nor where units share their gates', () => {
    const own: Gate = { name: 'own', parity: 'odd', value: Math.sin, derivative: Math.cos };
    const of = (model: MoE) => () => freeRouters(model);
    expect(of(someModel({ ...shape, gate: own }))).toThrow(
      new UnsupportedError('is of your own, and free routers take a gate that is built in', {
        field: 'model.spec.gate',
        value: 'own',
        remedy: 'Use sigmoid, probit or tanh.',
      }),
    );
    expect(of(someModel({ ...shape, routing: 'softmax' }))).toThrow(ValueError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moe, number } from '../test/arbitraries.ts';
import { parameterLayout } from './moe.ts';
import { ndarray, zeros } from './ndarray.ts';
import {
  addScaled,
  copyParams,
  dotParams,
  makeParams,
  mapParams,
  normParams,
  scaleParams,
} from './params.ts';

const paramsOf = (router: number[], expert: number[], amplitude: number[], bias?: number[]) => ({
  router: ndarray([1, 2], router),
  expert: ndarray([1, 2], expert),
  amplitude: ndarray([1], amplitude),
  ...(bias && { routerBias: ndarray([1], bias) }),
});
const x = paramsOf([1, 2], [0, -1], [3]);
const y = paramsOf([10, 20], [40, 50], [30]);
const softmax = paramsOf([1, 2], [0, -1], [3], [-1]);

describe('mapParams', () => {
  it('maps every array with its name', () => {
    const names: string[] = [];
    const doubled = mapParams(softmax, ({ shape, data }, name) => {
      names.push(name);
      return ndarray(
        shape,
        data.map((v) => 2 * v),
      );
    });
    expect(doubled).toEqual(paramsOf([2, 4], [0, -2], [6], [-2]));
    expect(names).toEqual(['router', 'expert', 'amplitude', 'routerBias']);
  });

  it('leaves no bias where there was none', () => {
    expect(Object.keys(mapParams(x, (array) => array))).toEqual(['router', 'expert', 'amplitude']);
  });
});

it('makeParams gives each parameter what its layout asks for', () => {
  fc.assert(
    fc.property(moe(), ({ spec }) => {
      const made = makeParams(spec, ({ shape }) => zeros(shape));
      for (const { name, shape } of Object.values(parameterLayout(spec))) {
        expect(made[name]).toEqual(zeros(shape));
      }
      expect(Object.keys(made)).toEqual(Object.keys(parameterLayout(spec)));
    }),
  );
});

it('copyParams copies deeply', () => {
  const copy = copyParams(x);
  copy.router.data[0] = 99;
  expect(x.router.data[0]).toBe(1);
  expect(copy.amplitude).toEqual(x.amplitude);
});

describe('parameters as one long vector', () => {
  it('add and scale', () => {
    expect(addScaled(x, 0.5, y)).toEqual(paramsOf([6, 12], [20, 24], [18]));
    expect(scaleParams(-2, softmax)).toEqual(paramsOf([-2, -4], [-0, 2], [-6], [2]));
  });

  it('have an inner product and a length', () => {
    expect(dotParams(x, y)).toBe(10 + 40 - 50 + 90);
    expect(dotParams(softmax, softmax)).toBe(1 + 4 + 1 + 9 + 1);
    expect(normParams(paramsOf([2, 3], [0, 0], [6]))).toBe(7);
  });

  it('obey the laws of a vector space', () => {
    fc.assert(
      fc.property(moe(), number, ({ params }, scale) => {
        const sum = addScaled(params, scale, params);
        expect(normParams(addScaled(sum, -1 - scale, params))).toBeLessThan(1e-12);
        const expected = scale * dotParams(params, params);
        expect(dotParams(scaleParams(scale, params), params)).toBeCloseTo(expected, 10);
      }),
    );
  });
});

it('normParams is right where squares underflow or overflow', () => {
  expect(normParams(paramsOf([1e200, 0], [0, 2e200], [2e200])) / 3e200).toBeCloseTo(1, 14);
  expect(normParams(paramsOf([1e-200, 0], [0, 2e-200], [0], [2e-200])) / 3e-200).toBeCloseTo(1, 14);
  expect(normParams(paramsOf([0, 0], [0, 0], [0]))).toBe(0);
  expect(normParams(paramsOf([0, NaN], [0, 0], [0]))).toBeNaN();
});

import { describe, expect, it } from 'vitest';
import { expectError } from '../test/expect-error.ts';
import { allocate, ndarray, zeros } from './ndarray.ts';

describe('ndarray', () => {
  it('wraps a Float64Array and copies other numbers', () => {
    const data = Float64Array.of(1, 2);
    expect(ndarray([2], data).data).toBe(data);
    expect(ndarray([1, 2], [1, 2]).data).toEqual(data);
    expect(ndarray([], [7])).toEqual({ shape: [], data: Float64Array.of(7) });
  });

  it('refuses data of another length', () => {
    expectError(() => ndarray([2, 2], [1, 2, 3]), 'ShapeError', 'data', 3, /product of the shape/);
  });
});

describe('what is no array is an error', () => {
  it.each([[[-1, -2]], [[1.5]], [[NaN]], [['2']], [2], [undefined], [[-0]], [[2 ** 53]]])(
    'shape %o',
    (shape) => {
      for (const make of [() => ndarray(untyped(shape), [1, 2]), () => zeros(untyped(shape))]) {
        expectError(make, 'ShapeError', 'shape', shape, /rows, columns/);
      }
    },
  );

  it.each([['a'], [null], [undefined], [2n], [[1]]])('data %o', (bad) => {
    const make = () => ndarray([2], untyped([1, bad]));
    expectError(make, 'ValueError', 'data[1]', bad, /Give numbers/);
  });

  it('no data at all', () => {
    for (const data of [undefined, null, 3]) {
      expectError(() => ndarray([2], untyped(data)), 'ShapeError', 'data', undefined, /as many/);
    }
  });

  it.each([[[10, 1e15]], [[2 ** 40]], [[2 ** 30, 2 ** 30, 2 ** 30]]])(
    '%o, which does not fit in memory',
    (shape) => {
      expectError(() => zeros(shape), 'ValueError', 'shape', shape, /smaller inputDim/);
      expectError(() => allocate(shape), 'ValueError', 'shape', shape, /fewer experts/);
    },
  );

  /** A value as plain JavaScript can pass it, of whatever type the types ask for. */
  function untyped<T>(value: unknown): T {
    return value as T;
  }
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { array } from '../test/arbitraries.ts';
import { expectError } from '../test/expect-error.ts';
import {
  allocate,
  dot,
  dotAt,
  matrixSize,
  ndarray,
  row,
  rowProducts,
  sizeOf,
  takeRows,
  zeros,
} from './ndarray.ts';

const matrix = ndarray([3, 2], [1, 2, 3, 4, 5, 6]);

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

describe('rows', () => {
  it('counts rows and columns, of a vector too', () => {
    expect(matrixSize(matrix)).toEqual({ rows: 3, columns: 2 });
    expect(matrixSize(ndarray([4], [1, 2, 3, 4]))).toEqual({ rows: 4, columns: 1 });
    expect(matrixSize(zeros([0, 5]))).toEqual({ rows: 0, columns: 0 });
    expect(sizeOf([2, 3, 4])).toBe(24);
  });

  it('views a row', () => {
    const copy = ndarray([3, 2], matrix.data.slice());
    row(copy, 1)[0] = 9;
    expect([...copy.data]).toEqual([1, 2, 9, 4, 5, 6]);
  });

  it('takes rows in the order given', () => {
    expect(takeRows(matrix, [2, 0, 2])).toEqual(ndarray([3, 2], [5, 6, 1, 2, 5, 6]));
    expect(takeRows(ndarray([3], [7, 8, 9]), [1])).toEqual(ndarray([1], [8]));
    expect(takeRows(matrix, [])).toEqual(zeros([0, 2]));
  });
});

describe('inner products', () => {
  it('of a range', () => {
    expect(dotAt([1, 2, 3], 1, [9, 9, 4, 5], 2, 2)).toBe(2 * 4 + 3 * 5);
    expect(dot([], [])).toBe(0);
  });

  it('of all rows: A Bᵀ', () => {
    const other = ndarray([2, 2], [1, 0, -1, 2]);
    expect(rowProducts(matrix, other)).toEqual(ndarray([3, 2], [1, 3, 3, 5, 5, 7]));
  });

  it('agree with a plain sum at every length', () => {
    const pair = fc.integer({ min: 1, max: 19 }).chain((n) => fc.tuple(array([n]), array([n])));
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const plain = a.data.reduce((sum, x, i) => sum + x * b.data[i]!, 0);
        expect(dot(a.data, b.data)).toBeCloseTo(plain, 12);
        expect(dot(b.data, a.data)).toBe(dot(a.data, b.data));
      }),
    );
  });
});

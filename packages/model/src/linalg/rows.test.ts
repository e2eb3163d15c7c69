import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { array } from '../../test/arbitraries.ts';
import { ndarray, sizeOf, zeros } from '../ndarray.ts';
import { addEntry, entry, matrixSize, row, rowProducts, takeRows } from './rows.ts';
import { addAt, addMultiplesAt, axpy, axpyAt, dot, dotAt } from './vectors.ts';

const matrix = ndarray([3, 2], [1, 2, 3, 4, 5, 6]);

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

  it('of all rows have the bits of those of two rows, at every size', () => {
    const sizes = fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 9 })));
    const pair = sizes.chain(([m = 1, k = 1, d = 1]) => fc.tuple(array([m, d]), array([k, d])));
    fc.assert(
      fc.property(pair, (matrices) => {
        const [a, b] = matrices;
        const products = rowProducts(a, b);
        for (let i = 0; i < matrixSize(a).rows; i++) {
          for (let j = 0; j < matrixSize(b).rows; j++) {
            expect(entry(products, i, j)).toBe(dot(row(a, i), row(b, j)));
          }
        }
      }),
    );
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

describe('words for what loops do', () => {
  it('axpy adds a multiple of a vector', () => {
    const y = Float64Array.of(1, 2, 3);
    axpy(-2, Float64Array.of(1, 0, 4), y);
    expect([...y]).toEqual([-1, 2, -5]);
  });

  it('addMultiplesAt adds multiples of any number of vectors to the bits of one after the other', () => {
    fc.assert(
      fc.property(array([7, 5]), fc.integer({ min: 0, max: 6 }), (matrix, count) => {
        const multiples = Array.from({ length: count }, (_, i) => ({
          scale: 0.3 - i / 7,
          vector: row(matrix, i),
        }));
        const [together, apart] = [row(matrix, 6).slice(), row(matrix, 6).slice()];
        addMultiplesAt(multiples, 1, together, 2, 3);
        for (const { scale, vector } of multiples) axpyAt(scale, vector, 1, apart, 2, 3);
        expect(together).toEqual(apart);
      }),
    );
  });

  it('addAt adds to one number', () => {
    const y = Float64Array.of(1, 2);
    addAt(y, 1, 0.5);
    expect([...y]).toEqual([1, 2.5]);
  });

  it('entry and addEntry read and add to one number of a matrix', () => {
    const copy = ndarray([3, 2], matrix.data.slice());
    addEntry(copy, 2, 0, 0.5);
    expect(entry(copy, 2, 0)).toBe(5.5);
    expect([...copy.data]).toEqual([1, 2, 3, 4, 5.5, 6]);
  });
});

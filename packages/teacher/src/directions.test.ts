import { ndarray, ShapeError, ValueError } from '@softmoe/model';
import { dot, row, rowProducts } from '@softmoe/model/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalRows, orthonormalRows, randomDirections } from './directions.ts';

const shapes = fc
  .record({ seed: fc.maxSafeNat(), dim: fc.integer({ min: 2, max: 60 }), share: fc.nat(100) })
  .map(({ seed, dim, share }) => ({ seed, dim, rows: 1 + Math.floor(((dim - 1) * share) / 100) }));

function distanceFromIdentity(gram: Float64Array, n: number): number {
  return gram.reduce((most, x, i) => Math.max(most, Math.abs(x - (i % (n + 1) === 0 ? 1 : 0))), 0);
}

describe('random directions', () => {
  it('are unit rows that do not depend on how many there are', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rows, dim }) => {
        const some = randomDirections(seed, 'directions', rows, dim);
        const more = randomDirections(seed, 'directions', rows + 3, dim);
        expect(more.data.slice(0, rows * dim)).toEqual(some.data);
        for (let i = 0; i < rows; i++) {
          expect(Math.abs(dot(row(some, i), row(some, i)) - 1)).toBeLessThan(1e-12);
        }
      }),
    );
  });

  it('are uniform: each coordinate has mean 0 and mean square 1/d', () => {
    const [rows, dim] = [20_000, 5];
    const { data } = randomDirections(3, 'uniform', rows, dim);
    for (let j = 0; j < dim; j++) {
      let mean = 0;
      let square = 0;
      for (let i = 0; i < rows; i++) {
        const x = data[i * dim + j]!;
        mean += x / rows;
        square += (x * x) / rows;
      }
      expect(Math.abs(mean) * Math.sqrt(dim * rows)).toBeLessThan(4);
      const deviation = Math.sqrt((2 * (dim - 1)) / (dim * dim * (dim + 2)) / rows);
      expect(Math.abs(square - 1 / dim)).toBeLessThan(4 * deviation);
    }
  });
});

describe('orthonormalRows', () => {
  it('makes normals orthonormal, up to as many rows as columns', () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ({ seed, rows, dim }, full) => {
        const n = full ? dim : rows;
        const frame = orthonormalRows(normalRows(seed, 'frame', n, dim));
        expect(distanceFromIdentity(rowProducts(frame, frame).data, n)).toBeLessThan(1e-14);
      }),
    );
  });

  it('stays orthonormal for rows that are nearly dependent', () => {
    const [n, dim] = [6, 20];
    const nearly = normalRows(1, 'nearly', n, dim);
    for (let i = 1; i < n; i++) {
      row(nearly, i).forEach((x, j) => {
        nearly.data[i * dim + j] = nearly.data[j]! + 1e-9 * x;
      });
    }
    const frame = orthonormalRows(nearly);
    expect(distanceFromIdentity(rowProducts(frame, frame).data, n)).toBeLessThan(1e-14);
  });

  it('keeps the nested spans, and the side of each row', () => {
    const array = normalRows(8, 'spans', 5, 12);
    const frame = orthonormalRows(array);
    const products = rowProducts(frame, array).data;
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < i; j++) expect(Math.abs(products[i * 5 + j]!)).toBeLessThan(1e-13);
      expect(products[i * 5 + i]).toBeGreaterThan(0);
    }
  });

  it('does not depend on the lengths of the rows, however small or large', () => {
    const array = normalRows(8, 'lengths', 3, 5);
    const sizes = [1e-300, 1e200, 1e300];
    const frame = orthonormalRows(array);
    const scaled = orthonormalRows({
      shape: array.shape,
      data: array.data.map((x, index) => x * sizes[Math.floor(index / 5)]!),
    });
    for (const [i, x] of scaled.data.entries()) expect(x).toBeCloseTo(frame.data[i]!, 13);
  });

  it('leaves its input alone', () => {
    const array = normalRows(8, 'input', 3, 4);
    const before = array.data.slice();
    orthonormalRows(array);
    expect(array.data).toEqual(before);
  });

  it('refuses dependent rows and too many rows', () => {
    const dependent = ndarray([3, 3], [1, 2, 3, 4, 5, 6, 5, 7, 9]);
    expect(() => orthonormalRows(dependent)).toThrow(ValueError);
    expect(() => orthonormalRows(dependent)).toThrow(/^rows\[2\]: /);
    expect(() => orthonormalRows(ndarray([1, 2], [0, 0]))).toThrow(/^rows\[0\]: /);
    expect(() => orthonormalRows(ndarray([1, 2], [Number.NaN, 0]))).toThrow(/^rows\[0\]: /);
    expect(() => orthonormalRows(normalRows(1, 'many', 4, 3))).toThrow(ShapeError);
  });
});

import { describe, expect, it } from 'vitest';
import { ndarray } from '../ndarray.ts';
import { rowProducts } from './rows.ts';
import { semidefiniteFactor } from './semidefinite.ts';

const points = (rows: number, columns: number) =>
  ndarray(
    [rows, columns],
    Array.from({ length: rows * columns }, (_, k) => Math.sin(1 + k * k)),
  );

describe('semidefiniteFactor', () => {
  it.each([
    [6, 9, 6],
    [6, 2, 2],
    [1, 1, 1],
  ])(
    'of a matrix of %i rows from %i numbers a row has that product and rank',
    (n, columns, rank) => {
      const matrix = rowProducts(points(n, columns), points(n, columns));
      const factor = semidefiniteFactor(matrix, 2 ** -40);
      const product = rowProducts(factor, factor);
      product.data.forEach((x, i) => {
        expect(Math.abs(x - (matrix.data[i] ?? NaN))).toBeLessThan(1e-11);
      });
      for (let i = 0; i < n; i++) {
        for (let c = rank; c < n; c++) expect(factor.data[i * n + c]).toBe(0);
      }
    },
  );

  it('leaves out at most the cut of the diagonal, whatever the scales of the rows', () => {
    const scales = [1, 1e-6, 1e3, 1e-9];
    const base = points(4, 5);
    const data = base.data.map((x, k) => x * (scales[Math.floor(k / 5)] ?? NaN));
    const rows = ndarray([4, 5], data);
    const matrix = rowProducts(rows, rows);
    const cut = 0.05;
    const factor = semidefiniteFactor(matrix, cut);
    const product = rowProducts(factor, factor);
    for (let p = 0; p < 4; p++) {
      for (let q = 0; q < 4; q++) {
        const [pp = 0, qq = 0] = [matrix.data[5 * p], matrix.data[5 * q]];
        const left = Math.abs((matrix.data[4 * p + q] ?? NaN) - (product.data[4 * p + q] ?? NaN));
        expect(left).toBeLessThanOrEqual((cut + 1e-14) * Math.sqrt(pp * qq));
      }
    }
  });

  it('of zeros, or of a row of zeros, is zero there', () => {
    const zeros = ndarray([2, 2], [0, 0, 0, 0]);
    expect(semidefiniteFactor(zeros, 2 ** -40)).toEqual(zeros);
    const half = semidefiniteFactor(ndarray([2, 2], [0, 0, 0, 4]), 2 ** -40);
    expect([...half.data]).toEqual([0, 0, 2, 0]);
  });
});

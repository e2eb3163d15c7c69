import { describe, expect, it } from 'vitest';
import { type NDArray, ndarray } from '../ndarray.ts';
import { turnRows } from './householder.ts';
import { rowProducts } from './rows.ts';

/** Numbers spread over [−1, 1), the same on every machine. */
function spread(rows: number, columns: number, salt = 1): NDArray {
  const data = Array.from({ length: rows * columns }, (_, k) => {
    return 2 * (((Math.sqrt(5) * (k + 1) + Math.SQRT2 * salt * k * k) % 1) - 0.5);
  });
  return ndarray([rows, columns], data);
}

const identityOf = (d: number) =>
  ndarray(
    [d, d],
    Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0)),
  );

function largestDifference(a: NDArray, b: NDArray): number {
  expect(a.shape).toEqual(b.shape);
  return a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - (b.data[i] ?? NaN))), 0);
}

const repeated = ndarray(
  [4, 6],
  [...Array(4)].flatMap(() => [...spread(1, 6).data]),
);
const kinds: [string, NDArray][] = [
  ['fewer rows than columns', spread(5, 12)],
  ['more rows than columns', spread(9, 4)],
  ['one row', spread(1, 7)],
  ['one column', spread(3, 1)],
  ['equal rows', repeated],
  ['rows of zeros', ndarray([3, 5], new Array(15).fill(0))],
];

describe.each(kinds)('turnRows, %s', (_, rows) => {
  const [count = 0, d = 0] = rows.shape;
  const turned = turnRows(rows);
  const r = Math.min(count, d);

  it('keeps all inner products in the first r coordinates', () => {
    expect(turned.rows.shape).toEqual([count, r]);
    const products = rowProducts(turned.rows, turned.rows);
    expect(largestDifference(products, rowProducts(rows, rows))).toBeLessThan(1e-14 * d);
  });

  it('turns them back to the rows', () => {
    const back = ndarray([count, d], new Array(count * d).fill(0));
    for (let i = 0; i < count; i++) {
      back.data.set(turned.rows.data.subarray(i * r, (i + 1) * r), i * d);
    }
    turned.turnBack(back);
    expect(largestDifference(back, rows)).toBeLessThan(1e-14 * d);
  });

  it('turns back by an orthogonal matrix, whatever the rank', () => {
    const matrix = identityOf(d);
    turned.turnBack(matrix);
    expect(largestDifference(rowProducts(matrix, matrix), identityOf(d))).toBeLessThan(1e-14 * d);
  });

  it('gives row i no coordinate after i', () => {
    for (let i = 0; i < r; i++) {
      for (let j = i + 1; j < r; j++) expect(turned.rows.data[i * r + j]).toBe(0);
    }
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { array } from '../../test/arbitraries.ts';
import { expectError } from '../../test/expect-error.ts';
import { addProduct, multiplyTransposed } from './matrix.ts';

const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 4 }).map((n) => 2 * n),
  points: fc.integer({ min: 1, max: 3 }).map((n) => 4 * n),
  d: fc.integer({ min: 1, max: 7 }),
});

it('multiplyTransposed is A Xᵀ', () => {
  const inputs = sizes.chain(({ rows, points, d }) =>
    fc.tuple(array([rows, d]), array([points, d])),
  );
  fc.assert(
    fc.property(inputs, ([a, x]) => {
      const [rows = 0, d = 0] = a.shape;
      const [points = 0] = x.shape;
      const out = new Float64Array(rows * points).fill(NaN);
      multiplyTransposed(a.data, rows, x.data, points, d, out);
      for (let i = 0; i < rows; i++) {
        for (let s = 0; s < points; s++) {
          let sum = 0;
          for (let j = 0; j < d; j++) sum += a.data[i * d + j]! * x.data[s * d + j]!;
          expect(out[i * points + s]).toBeCloseTo(sum, 11);
        }
      }
    }),
  );
});

it('addProduct adds C X', () => {
  const inputs = sizes.chain(({ rows, points, d }) =>
    fc.tuple(array([rows, points]), array([points, d])),
  );
  fc.assert(
    fc.property(inputs, ([c, x]) => {
      const [rows = 0, points = 0] = c.shape;
      const [, d = 0] = x.shape;
      const out = new Float64Array(rows * d).fill(1);
      addProduct(c.data, rows, x.data, points, d, out);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < d; j++) {
          let sum = 1;
          for (let s = 0; s < points; s++) sum += c.data[i * points + s]! * x.data[s * d + j]!;
          expect(out[i * d + j]).toBeCloseTo(sum, 11);
        }
      }
    }),
  );
});

it('refuses sizes that the tiles do not fit', () => {
  const out = new Float64Array(64);
  const a = new Float64Array(64);
  const odd = () => multiplyTransposed(a, 3, a, 4, 2, out);
  expectError(odd, 'ShapeError', 'rows', 3, /rows of zeros/);
  expectError(() => multiplyTransposed(a, 4, a, 5, 2, out), 'ShapeError', 'points', 5, /Pad/);
  expectError(() => addProduct(a, 1, a, 4, 2, out), 'ShapeError', 'rows', 1, /Pad/);
  expectError(() => addProduct(a, 2, a, 6, 2, out), 'ShapeError', 'points', 6, /Pad/);
});

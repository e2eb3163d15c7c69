import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { norm } from './norm.ts';
import { tridiagonalEigen, tridiagonalVector } from './tridiagonal.ts';

const identity = (n: number) =>
  Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  );

describe('tridiagonalEigen', () => {
  it.each([1, 2, 7, 60])('finds 2 − 2cos(πk/(n+1)) for the second difference of size %i', (n) => {
    const diagonal = new Array<number>(n).fill(2);
    const values = tridiagonalEigen(diagonal, new Array<number>(n).fill(-1), []).sort();
    values.forEach((value, k) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (k + 1)) / (n + 1)), 13);
    });
  });

  it('turns the identity into eigenvectors, and its last row into their last components', () => {
    const n = 25;
    const diagonal = Array.from({ length: n }, (_, i) => Math.sin(i));
    const offDiagonal = Array.from({ length: n }, (_, i) => (i === 11 ? 0 : Math.cos(3 * i)));
    const rows = identity(n);
    const last = identity(n)[n - 1]!;
    const values = tridiagonalEigen(diagonal, offDiagonal, rows);
    tridiagonalEigen(diagonal, offDiagonal, [last]);
    expect(last).toEqual(rows[n - 1]);
    for (let column = 0; column < n; column++) {
      const x = (i: number) => rows[i]?.[column] ?? 0;
      for (let i = 0; i < n; i++) {
        const before = i > 0 ? offDiagonal[i - 1]! * x(i - 1) : 0;
        const after = i < n - 1 ? offDiagonal[i]! * x(i + 1) : 0;
        expect(before + diagonal[i]! * x(i) + after).toBeCloseTo(values[column]! * x(i), 12);
      }
    }
  });

  it('says so when the numbers are not finite', () => {
    expect(() => tridiagonalEigen([1, Number.NaN, 2], [1, 1], [])).toThrow(/NaN/);
  });
});

describe('tridiagonalVector', () => {
  const entry = fc
    .double({ min: -3, max: 3, noNaN: true })
    .map((x) => (Math.abs(x) < 1e-90 ? 0 : x));
  const matrix = fc.integer({ min: 1, max: 40 }).chain((n) =>
    fc.record({
      diagonal: fc.array(entry, { minLength: n, maxLength: n }),
      offDiagonal: fc.array(
        fc.oneof(
          entry,
          fc.constant(0),
          entry.map((x) => 1e-9 * x),
        ),
        {
          minLength: n,
          maxLength: n,
        },
      ),
    }),
  );

  it('finds a unit vector that the matrix multiplies by the eigenvalue, for every one', () => {
    fc.assert(
      fc.property(matrix, ({ diagonal, offDiagonal }) => {
        const n = diagonal.length;
        for (const value of tridiagonalEigen(diagonal, offDiagonal, [])) {
          const x = tridiagonalVector(diagonal, offDiagonal, value);
          expect(norm(x)).toBeCloseTo(1, 13);
          const residual = x.map((own, i) => {
            const before = i > 0 ? offDiagonal[i - 1]! * x[i - 1]! : 0;
            const after = i < n - 1 ? offDiagonal[i]! * x[i + 1]! : 0;
            return before + (diagonal[i]! - value) * own + after;
          });
          expect(norm(residual)).toBeLessThan(1e-13);
        }
      }),
    );
  });

  it('finds one where the matrix is 0', () => {
    expect(norm(tridiagonalVector([0, 0, 0], [0, 0], 0))).toBeCloseTo(1, 14);
  });
});

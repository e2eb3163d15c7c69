import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ndarray } from '../ndarray.ts';
import { solvePositive } from './cholesky.ts';
import { dotAt } from './vectors.ts';

const square = fc.integer({ min: 1, max: 9 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    b: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
      minLength: n * n,
      maxLength: n * n,
    }),
    rhs: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n }),
  }),
);

it('solves any shifted positive semidefinite system', () => {
  fc.assert(
    fc.property(square, ({ n, b, rhs }) => {
      const gram = Array.from({ length: n * n }, (_, at) =>
        dotAt(b, Math.floor(at / n) * n, b, (at % n) * n, n),
      );
      const x = solvePositive(ndarray([n, n], gram), 0.1, rhs)!;
      for (let i = 0; i < n; i++) {
        expect(dotAt(gram, i * n, x, 0, n) + 0.1 * x[i]!).toBeCloseTo(rhs[i]!, 10);
      }
    }),
  );
});

it('has no solution for a matrix that is not positive definite', () => {
  const indefinite = ndarray([2, 2], [1, 2, 2, 1]);
  expect(solvePositive(indefinite, 0, [1, 1])).toBeUndefined();
  expect(solvePositive(indefinite, 1.5, [1, 1])).toBeDefined();
  expect(solvePositive(ndarray([1, 1], [Number.NaN]), 0, [1])).toBeUndefined();
});

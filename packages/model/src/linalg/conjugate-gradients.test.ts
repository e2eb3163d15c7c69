import { describe, expect, it } from 'vitest';
import { type NDArray, zeros } from '../ndarray.ts';
import { solvePositive } from './cholesky.ts';
import { conjugateGradients } from './conjugate-gradients.ts';
import { norm } from './norm.ts';
import { timesVector } from './rows.ts';
import { complete } from './steps.ts';
import { difference } from './vectors.ts';

/** A positive definite matrix whose diagonal runs from 1 to `spread`, with a coupling between neighbours. */
function coupled(n: number, spread: number): NDArray {
  const matrix = zeros([n, n]);
  for (let i = 0; i < n; i++) {
    const size = (at: number) => spread ** (at / (n - 1));
    matrix.data[i * n + i] = size(i);
    if (i === 0) continue;
    const beside = 0.3 * Math.sqrt(size(i) * size(i - 1));
    matrix.data[i * n + i - 1] = beside;
    matrix.data[(i - 1) * n + i] = beside;
  }
  return matrix;
}

const rhs = Float64Array.from({ length: 80 }, (_, i) => Math.sin(i * i));
const countOf = (steps: ReturnType<typeof conjugateGradients>) => [...steps].length;

describe('conjugateGradients', () => {
  it.each([1e-2, 1e-6, 1e-12])('solves a system to a residual of %d', (tolerance) => {
    const matrix = coupled(80, 50);
    const times = (x: Float64Array) => timesVector(matrix, x);
    const x = complete(conjugateGradients(times, rhs, { tolerance }))!;
    expect(norm(difference(times(x), rhs)) / norm(rhs)).toBeLessThanOrEqual(1.01 * tolerance);
    const exact = solvePositive(matrix, 0, rhs)!;
    expect(norm(difference(x, exact)) / norm(exact)).toBeLessThan(60 * tolerance);
  });

  it('takes fewer products with a preconditioner like the inverse', () => {
    const matrix = coupled(80, 1e6);
    const times = (x: Float64Array) => timesVector(matrix, x);
    const precondition = (x: Float64Array) => x.map((value, i) => value / matrix.data[i * 81]!);
    const options = { tolerance: 1e-8, maxSteps: 2000 };
    const plain = countOf(conjugateGradients(times, rhs, options));
    const helped = countOf(conjugateGradients(times, rhs, { ...options, precondition }));
    expect(helped).toBeLessThan(30);
    expect(plain).toBeGreaterThan(5 * helped);
    const x = complete(conjugateGradients(times, rhs, { tolerance: 1e-14, precondition }))!;
    const exact = solvePositive(matrix, 0, rhs)!;
    expect(norm(difference(x, exact)) / norm(exact)).toBeLessThan(1e-12);
  });

  it('is undefined where the matrix is not positive definite', () => {
    const indefinite = coupled(80, 50);
    indefinite.data[0] = -5;
    const times = (x: Float64Array) => timesVector(indefinite, x);
    expect(complete(conjugateGradients(times, rhs, { tolerance: 1e-10 }))).toBeUndefined();
    const broken = conjugateGradients((x) => x.fill(Number.NaN), rhs, { tolerance: 1e-10 });
    expect(complete(broken)).toBeUndefined();
  });

  it('is 0 for a right-hand side of 0, without a product', () => {
    const zero = conjugateGradients(() => expect.fail('asked'), new Float64Array(3), {
      tolerance: 0.1,
    });
    expect(complete(zero)).toEqual(new Float64Array(3));
  });
});

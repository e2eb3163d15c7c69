import { describe, expect, it } from 'vitest';
import { ConvergenceError, ShapeError } from '../errors.ts';
import { type NDArray, ndarray, zeros } from '../ndarray.ts';
import { defaultStart, type Extremes, lanczos } from './lanczos.ts';

/** A full symmetric matrix with that spectrum: diag(values) between three Householder reflections. */
function withSpectrum(values: readonly number[], seed = 1): NDArray {
  const n = values.length;
  const matrix = zeros([n, n]);
  values.forEach((value, i) => {
    matrix.data[i * n + i] = value;
  });
  for (let k = 0; k < 3; k++) {
    const u = Float64Array.from({ length: n }, (_, i) => Math.sin((seed + k) * (i + 1.3) ** 1.5));
    const scale = 2 / u.reduce((sum, x) => sum + x * x, 0);
    const product = u.map((_, i) => u.reduce((sum, x, j) => sum + matrix.data[i * n + j]! * x, 0));
    const inner = product.reduce((sum, x, i) => sum + x * u[i]!, 0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        matrix.data[i * n + j] =
          matrix.data[i * n + j]! -
          scale * (u[i]! * product[j]! + product[i]! * u[j]!) +
          scale * scale * inner * u[i]! * u[j]!;
      }
    }
  }
  return matrix;
}

function expectBound(found: Extremes, values: readonly number[]): void {
  expect(Math.abs(found.min.value - Math.min(...values))).toBeLessThanOrEqual(found.min.error);
  expect(Math.abs(found.max.value - Math.max(...values))).toBeLessThanOrEqual(found.max.error);
}

const uniform = (n: number) => Array.from({ length: n }, (_, i) => -1 + (3 * i) / (n - 1));
const clustered = (n: number) =>
  Array.from({ length: n }, (_, i) => [0.0448, 0.2934, 0.3024, 0.8801, 1.0788][i % 5]! + 1e-7 * i);
const fiveValues = (n: number) =>
  Array.from({ length: n }, (_, i) => [0.0448, 0.2934, 0.3024, 0.8801, 1.0788][i % 5]!);

describe('lanczos', () => {
  it.each([
    ['uniform', 301, uniform(301)],
    ['uniform', 800, uniform(800)],
    ['clustered', 400, clustered(400)],
    ['clustered', 900, clustered(900)],
    ['five values', 1500, fiveValues(1500)],
    ['one negative', 500, [-1e-3, ...uniform(499).map((x) => 1 + x)]],
    ['geometric', 350, Array.from({ length: 350 }, (_, i) => 0.95 ** i)],
  ])('finds both ends of a %s spectrum of size %i, within its bounds', (_, _n, values) => {
    const found = lanczos(withSpectrum(values));
    expectBound(found, values);
    expect(Math.max(found.min.error, found.max.error)).toBeLessThan(3e-10);
  });

  it('keeps its bounds honest when the tolerance is loose', () => {
    for (const tolerance of [1e-1, 1e-2, 1e-3, 1e-4, 1e-6]) {
      const values = uniform(400);
      const found = lanczos(withSpectrum(values), { tolerance });
      expectBound(found, values);
      expect(Math.max(found.min.error, found.max.error)).toBeLessThanOrEqual(tolerance * 2.1);
    }
  });

  it('gives the same bits every time', () => {
    const matrix = withSpectrum(uniform(320));
    expect(lanczos(matrix)).toEqual(lanczos(matrix));
  });

  it('looks beyond the Krylov space of a start vector that is an eigenvector', () => {
    const values = Array.from({ length: 310 }, (_, i) => (i === 7 ? -2 : 1 + (i % 3)));
    const matrix = zeros([310, 310]);
    values.forEach((value, i) => {
      matrix.data[i * 311] = value;
    });
    const start = new Float64Array(310);
    start[0] = 3;
    expectBound(lanczos(matrix, { start }), values);
  });

  it('handles the identity, zero and one number', () => {
    expectBound(lanczos(withSpectrum(new Array(310).fill(2.5))), [2.5]);
    expectBound(lanczos(zeros([310, 310])), [0]);
    expect(lanczos(ndarray([1, 1], [-3])).min.value).toBe(-3);
  });

  it('says when the limit of steps is too low', () => {
    const matrix = withSpectrum(uniform(500));
    expect(() => lanczos(matrix, { maxSteps: 20 })).toThrow(ConvergenceError);
    expect(() => lanczos(matrix, { maxSteps: 20 })).toThrow(/maxSteps/);
  });

  it('refuses what is not a square matrix of finite numbers, or a bad start', () => {
    expect(() => lanczos(zeros([3, 4]))).toThrow(ShapeError);
    expect(() => lanczos(ndarray([2, 2], [1, 0, 0, Number.NaN]))).toThrow(/finite/);
    expect(() => lanczos(zeros([3, 3]), { start: new Float64Array(3) })).toThrow(/start/);
    expect(() => lanczos(zeros([3, 3]), { start: defaultStart(4) })).toThrow(/start/);
  });
});

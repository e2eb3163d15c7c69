import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelsValueError } from '../errors.ts';
import { type GaussNewtonProblem, loadLeastSquaresKernels } from './index.ts';

/** Numbers between −1 and 1 that follow from `seed`. */
const numbers = (length: number, seed: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i * i + i));

interface Sizes {
  readonly units: number;
  readonly wide: number;
  readonly blocks: number;
  readonly points: number;
  readonly biased: boolean;
}

/** Two rows and one unit output a unit, as a model of as many units has them. */
function problemOf(
  { units, wide, blocks, points, biased }: Sizes,
  seed: number,
): GaussNewtonProblem {
  const rows = 2 * units;
  const paired = biased ? wide : wide - 1;
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
  const all = (n: number) => upTo(n).flatMap((b) => upTo(n).flatMap((c) => (c < b ? [] : [b, c])));
  const unitOutputs = upTo(units).map((i) => rows + i);
  const places = new Int32Array(3 * units * wide).fill(-1);
  let next = 0;
  for (let b = 0; b < rows; b++) {
    for (let j = b % 3 === 2 ? 0 : 1; j < wide - 1; j++) places[b * wide + j] = next++;
  }
  for (const u of unitOutputs) places[u * wide + wide - 1] = next++;
  for (let b = 0; biased && b < units; b++) places[b * wide + wide - 1] = next++;
  const scale = 10 ** ((seed % 7) - 3);
  return {
    points,
    slopes: numbers(3 * units * blocks * points, seed).map((x, k) => (k % 2 ? x : x * scale)),
    rows,
    coordinates: numbers(wide * blocks * points, seed + 1).map((x, k) =>
      Math.floor(k / points) % wide === wide - 1 ? 1 : x / scale,
    ),
    wide,
    paired,
    byRows: { slopes: Int32Array.from(all(rows)), coordinates: Int32Array.from(all(paired)) },
    byAmplitudes: {
      slopes: Int32Array.from(unitOutputs.flatMap((u) => upTo(u + 1).flatMap((b) => [u, b]))),
      coordinates: Int32Array.from(upTo(wide).flatMap((j) => [wide - 1, j])),
    },
    reflections: numbers(rows * wide, seed + 2).map((x, k) => {
      const isFree = Math.floor(k / wide) % 3 === 2;
      return isFree || k % wide === wide - 1 ? 0 : x;
    }),
    places,
    dimension: next,
    mean: 1 / (blocks * points),
  };
}

/** The mean product of derivatives in float64, point by point, and the mean of the products of their sizes. */
function meanProduct(problem: GaussNewtonProblem): { mean: number[][]; size: number[][] } {
  const { points, wide, rows, places, reflections, dimension: n } = problem;
  const blocks = problem.coordinates.length / (wide * points);
  const slopes = places.length / wide;
  const zero = () => Array.from({ length: n }, () => Array.from({ length: n }, () => 0));
  const [mean, size] = [zero(), zero()];
  for (let s = 0; s < blocks * points; s++) {
    const at = (of: Float64Array, count: number, v: number) =>
      of[(Math.floor(s / points) * count + v) * points + (s % points)]!;
    const derivative = new Float64Array(n);
    const scale = new Float64Array(n);
    for (let u = 0; u < slopes; u++) {
      const slope = at(problem.slopes, slopes, u);
      const own = Array.from({ length: wide }, (_, j) => slope * at(problem.coordinates, wide, j));
      const normal = (j: number) => (u < rows ? reflections[u * wide + j]! : 0);
      const along = own.reduce((sum, y, j) => sum + y * normal(j), 0);
      const most = own.reduce((sum, y, j) => sum + Math.abs(y * normal(j)), 0);
      for (const [j, y] of own.entries()) {
        const place = places[u * wide + j]!;
        if (place < 0) continue;
        derivative[place] = y - along * normal(j);
        scale[place] = Math.abs(y) + most * Math.abs(normal(j));
      }
    }
    for (let p = 0; p < n; p++) {
      for (let q = 0; q < n; q++) {
        mean[p]![q]! += problem.mean * derivative[p]! * derivative[q]!;
        size[p]![q]! += problem.mean * scale[p]! * scale[q]!;
      }
    }
  }
  return { mean, size };
}

describe('the kernels of least squares', async () => {
  const kernels = await loadLeastSquaresKernels();
  const small = fc.integer({ min: 1, max: 4 });

  it('average the products of all derivatives over the points', () => {
    fc.assert(
      fc.property(
        fc.record({
          units: small,
          wide: fc.integer({ min: 2, max: 6 }),
          blocks: small,
          points: fc.constantFrom(4, 8, 12, 32),
          biased: fc.boolean(),
        }),
        fc.integer({ min: 0, max: 1000 }),
        (sizes, seed) => {
          const problem = problemOf(sizes, seed);
          const n = problem.dimension;
          const matrix = kernels.gaussNewton(problem);
          expect(matrix.length).toBe(n * n);
          const { mean, size } = meanProduct(problem);
          for (let p = 0; p < n; p++) {
            for (let q = 0; q < n; q++) {
              const error = Math.abs(matrix[p * n + q]! - mean[p]![q]!);
              expect(error).toBeLessThanOrEqual((sizes.points + 8) * 2 ** -24 * size[p]![q]!);
              expect(matrix[p * n + q]).toBe(matrix[q * n + p]);
            }
          }
        },
      ),
    );
  });

  it('solve positive definite systems, whatever was in the memory before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 21 }), fc.integer({ min: 0, max: 1000 }), (n, seed) => {
        const root = numbers(n * n, seed);
        const matrix = new Float64Array(n * n).fill(Number.NaN);
        const product = (i: number, j: number) => {
          let sum = i === j ? 0.5 : 0;
          for (let k = 0; k < n; k++) sum += root[i * n + k]! * root[j * n + k]!;
          return sum;
        };
        for (let i = 0; i < n; i++) {
          for (let j = 0; j <= i; j++) matrix[i * n + j] = product(i, j);
        }
        const rhs = numbers(n, seed + 1);
        const x = kernels.solvePositive(matrix, 0.25, rhs)!;
        for (let i = 0; i < n; i++) {
          let image = 0.25 * x[i]!;
          for (let j = 0; j < n; j++) image += product(i, j) * x[j]!;
          expect(image).toBeCloseTo(rhs[i]!, 11);
        }
      }),
    );
  });

  it('have no solution where the matrix is not positive definite, or no number', () => {
    for (const n of [1, 2, 3, 4, 5, 8, 9]) {
      const matrix = new Float64Array(n * n);
      for (let i = 0; i < n; i++) matrix[i * n + i] = 2;
      const rhs = new Float64Array(n).fill(2);
      expect(kernels.solvePositive(matrix, -1, rhs)).toEqual(rhs);
      expect(kernels.solvePositive(matrix, -2, rhs)).toBeUndefined();
      for (const wrong of [-1, Number.NaN]) {
        const other = matrix.slice();
        other[n * n - 1] = wrong;
        expect(kernels.solvePositive(other, 0, rhs)).toBeUndefined();
      }
    }
  });

  it('refuse what does not fit together', () => {
    const problem = problemOf({ units: 2, wide: 3, blocks: 2, points: 8, biased: true }, 1);
    const refused = (call: () => unknown, field: string) => {
      expect(call).toThrow(KernelsValueError);
      expect(call).toThrow(expect.objectContaining({ field }));
    };
    const less = <T extends Int32Array | Float64Array>(numbers: T) => numbers.slice(1) as T;
    const wrong: [Partial<GaussNewtonProblem>, string][] = [
      [{ points: 6 }, 'points'],
      [{ coordinates: less(problem.coordinates) }, 'coordinates.length / (wide × points)'],
      [{ slopes: less(problem.slopes) }, 'slopes.length / (blocks × points)'],
      [{ paired: 1 }, 'paired'],
      [{ reflections: less(problem.reflections) }, 'reflections'],
      [{ places: less(problem.places) }, 'places'],
      [{ places: problem.places.map((p) => p + 1) }, 'places'],
      [{ byRows: { ...problem.byRows, slopes: less(problem.byRows.slopes) } }, 'byRows.slopes'],
      [
        { byAmplitudes: { ...problem.byAmplitudes, slopes: Int32Array.of(0, 6) } },
        'byAmplitudes.slopes',
      ],
    ];
    for (const [change, field] of wrong) {
      refused(() => kernels.gaussNewton({ ...problem, ...change }), field);
    }
    refused(() => kernels.solvePositive(new Float64Array(8), 0, new Float64Array(3)), 'matrix');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelsValueError } from '../errors.ts';
import { loadLeastSquaresKernels, type PairVectors } from './index.ts';

/** Numbers between −1 and 1 that follow from `seed`. */
const numbers = (length: number, seed: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i * i + i));

const vectorsOf = (count: number, pairs: number, length: number, seed: number): PairVectors => ({
  vectors: Float32Array.from(numbers(count * length, seed)),
  count,
  pairs: Int32Array.from({ length: 2 * pairs }, (_, i) => (i * i + seed) % count),
});

/** Σ_s a_s b_s x_s y_s in float64, and the sum of sizes beside which its rounding counts. */
function pairSum(left: PairVectors, right: PairVectors, points: number, p: number, q: number) {
  const blocks = left.vectors.length / (left.count * points);
  let sum = 0;
  let scale = 0;
  for (let block = 0; block < blocks; block++) {
    const at = ({ vectors, count, pairs }: PairVectors, pair: number, s: number) =>
      vectors[(block * count + pairs[pair]!) * points + s]!;
    for (let s = 0; s < points; s++) {
      const term =
        at(left, 2 * p, s) * at(left, 2 * p + 1, s) * at(right, 2 * q, s) * at(right, 2 * q + 1, s);
      sum += term;
      scale += Math.abs(term);
    }
  }
  return { sum, scale };
}

describe('the kernels of least squares', async () => {
  const kernels = await loadLeastSquaresKernels();
  const small = fc.integer({ min: 1, max: 11 });

  it('sum the products of pairs of vectors over all points', () => {
    fc.assert(
      fc.property(
        fc.record({ left: small, right: small, rows: small, columns: small, blocks: small }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 1000 }),
        (sizes, fours, seed) => {
          const points = 4 * fours;
          const length = sizes.blocks * points;
          const left = vectorsOf(sizes.left, sizes.rows, length, seed);
          const right = vectorsOf(sizes.right, sizes.columns, length, seed + 1);
          const { sums, columns } = kernels.pairSums(left, right, points);
          expect(sums.length).toBe(sizes.rows * columns);
          for (let p = 0; p < sizes.rows; p++) {
            for (let q = 0; q < sizes.columns; q++) {
              const { sum, scale } = pairSum(left, right, points, p, q);
              expect(Math.abs(sums[p * columns + q]! - sum)).toBeLessThanOrEqual(
                (points + 3) * 2 ** -24 * scale,
              );
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
    const left = vectorsOf(3, 5, 8, 1);
    const right = vectorsOf(2, 4, 8, 2);
    const refused = (call: () => unknown, field: string) => {
      expect(call).toThrow(KernelsValueError);
      expect(call).toThrow(expect.objectContaining({ field }));
    };
    refused(() => kernels.pairSums(left, right, 6), 'points');
    refused(() => kernels.pairSums(left, right, 16), 'left.vectors');
    refused(() => kernels.pairSums(left, { ...right, count: 1 }, 8), 'right.pairs');
    refused(() => kernels.pairSums(left, vectorsOf(2, 4, 16, 2), 8), 'right.vectors');
    refused(() => kernels.pairSums({ ...left, pairs: new Int32Array(3) }, right, 8), 'left.pairs');
    refused(() => kernels.solvePositive(new Float64Array(8), 0, new Float64Array(3)), 'matrix');
  });
});

import { loadLeastSquaresKernels } from '@softmoe/kernels/least-squares';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainKernels } from './plain-kernels.ts';

const numbers = (length: number, seed: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i * i + i));

it('plainKernels give the bits of the SIMD kernels', async () => {
  const kernels = await loadLeastSquaresKernels();
  const small = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(small, small, small, fc.integer({ min: 0, max: 1000 }), (a, b, blocks, seed) => {
      const vectors = (count: number, at: number) => ({
        vectors: Float32Array.from(numbers(count * blocks * 12, at)),
        count,
        pairs: Int32Array.from({ length: 2 * (a + b) }, (_, i) => (i * i + at) % count),
      });
      const [left, right] = [vectors(a, seed), vectors(b, seed + 1)];
      const found = plainKernels.pairSums(left, right, 12);
      const { sums, columns } = kernels.pairSums(left, right, 12);
      for (let p = 0; p < a + b; p++) {
        expect(found.sums.slice(p * found.columns, (p + 1) * found.columns)).toEqual(
          sums.slice(p * columns, p * columns + found.columns),
        );
      }
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 0, max: 1000 }), (n, seed) => {
      const matrix = numbers(n * n, seed);
      const rhs = numbers(n, seed + 1);
      for (const shift of [0.3, 0.5 * n, n + 1]) {
        expect(plainKernels.solvePositive(matrix, shift, rhs)).toEqual(
          kernels.solvePositive(matrix, shift, rhs),
        );
      }
    }),
  );
});

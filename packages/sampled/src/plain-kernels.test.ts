import { type GaussNewtonProblem, loadLeastSquaresKernels } from '@softmoe/kernels/least-squares';
import { complete } from '@softmoe/model/linalg';
import { createStudent } from '@softmoe/teacher';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coordinateBlocks, gaussNewtonOn } from './gauss-newton.ts';
import { plainKernels } from './plain-kernels.ts';
import { slopeGroups } from './slopes.ts';

const numbers = (length: number, seed: number) =>
  Float64Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i * i + i));

it('plainKernels give the bits of the SIMD kernels', async () => {
  const kernels = await loadLeastSquaresKernels();
  for (const [seed, routing] of ['independent', 'softmax', 'independent'].entries()) {
    const size = 200;
    const inputDim = 3 + seed;
    const kind = { routing: routing as 'softmax', expert: { kind: 'gelu' } as const };
    const gate = routing === 'softmax' ? {} : { gate: 'sigmoid' as const };
    const amplitude = 10 ** (40 * (seed - 1));
    const model = createStudent({ ...kind, ...gate, inputDim, experts: 3, seed, amplitude });
    const points = { inputs: numbers(size * inputDim, seed), targets: numbers(size, 1), size };
    const seen: GaussNewtonProblem[] = [];
    const both = {
      ...plainKernels,
      gaussNewton(problem: GaussNewtonProblem) {
        seen.push(problem);
        expect(plainKernels.gaussNewton(problem)).toEqual(kernels.gaussNewton(problem));
        return kernels.gaussNewton(problem);
      },
    };
    complete(
      gaussNewtonOn(points, coordinateBlocks(points))(model, slopeGroups(model, points), both),
    );
    expect(seen.length).toBe(1);
  }
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

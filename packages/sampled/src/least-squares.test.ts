import { createReferenceBackend } from '@softmoe/backend';
import { ShapeError } from '@softmoe/model';
import { norm } from '@softmoe/model/linalg';
import { createDataset, createStudent, createTeacher } from '@softmoe/teacher';
import { expect, it } from 'vitest';
import { sampleCurvature } from './curvature.ts';
import { leastSquares } from './least-squares.ts';
import { sampled } from './sampled.ts';

const kinds = [
  { inputDim: 4, gate: 'sigmoid', expert: { kind: 'gelu' } },
  { inputDim: 5, gate: 'tanh', expert: { kind: 'hermite', degree: 3 } },
  { inputDim: 4, routing: 'softmax', expert: { kind: 'tanh' } },
] as const;

/** A sample of a size that is no multiple of a block, odd. */
const sampleOf = (kind: (typeof kinds)[number]) =>
  createDataset(
    createTeacher({ ...kind, experts: 2, geometry: { kind: 'orthonormal' }, seed: 3 }),
    {
      seed: 1,
      size: 301,
      noise: 0.1,
    },
  );

it.each(kinds)(
  'leastSquares has the loss, gradient and curvature of the sample (%#)',
  async (kind) => {
    const points = sampleOf(kind);
    const model = createStudent({ ...kind, experts: 3, seed: 1, amplitude: 0.5 });
    const { objective, curvature } = leastSquares(points);
    const reference = sampled(points, createReferenceBackend());
    expect(await objective.evaluate(model, 0)).toEqual(
      await reference.objective.evaluate(model, 0),
    );

    const found = await curvature(model);
    const expected = sampleCurvature(points)(model);
    expect(found.dimension).toBe(expected.dimension);
    for (const [one, other] of [
      [found.span?.gaussNewton, expected.span.gaussNewton],
      [found.complement.gaussNewton, expected.complement.gaussNewton],
    ] as const) {
      expect(one?.shape).toEqual(other.shape);
      const apart = other.data.map((x, i) => x - (one?.data[i] ?? Number.NaN));
      expect(norm(apart)).toBeLessThan(1e-13 * norm(other.data));
    }
    expect(found.span?.hessian).toEqual(expected.span.hessian);
    expect(found.complement.hessian).toEqual(expected.complement.hessian);
  },
);

it('leastSquares refuses what is no sample, and a model of other inputs', async () => {
  expect(() => leastSquares(undefined as never)).toThrow(/^sample: /);
  expect(() => leastSquares({ ...sampleOf(kinds[0]), size: 7 })).toThrow(ShapeError);
  const other = createStudent({ ...kinds[1], experts: 2, seed: 1, amplitude: 0.5 });
  const { curvature, objective } = leastSquares(sampleOf(kinds[0]));
  await expect(curvature(other)).rejects.toThrow(ShapeError);
  await expect(objective.evaluate(other, 0)).rejects.toThrow(ShapeError);
});

import { createReferenceBackend } from '@softmoe/backend';
import { type Params, ShapeError } from '@softmoe/model';
import {
  difference,
  entry,
  norm,
  paramEntries,
  scaleParams,
  solvePositive,
} from '@softmoe/model/linalg';
import { createDataset, createStudent, createTeacher } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { sampleCurvature } from './curvature.ts';
import { leastSquares } from './least-squares.ts';
import { sampled } from './sampled.ts';

const kinds = [
  { inputDim: 4, gate: 'sigmoid', expert: { kind: 'gelu' } },
  { inputDim: 5, gate: 'tanh', expert: { kind: 'hermite', degree: 3 } },
  { inputDim: 4, routing: 'softmax', expert: { kind: 'tanh' } },
  { inputDim: 4, gate: { name: 'tanh', norm: 'free' }, expert: { kind: 'gelu' } },
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

const flat = (params: Params) =>
  Float64Array.from(paramEntries(params).flatMap(([, { data }]) => [...data]));

/** The distance of `found` from what it should be, over the length of that. */
function apart(found: Float64Array, expected: Float64Array): number {
  expect(found.length).toBe(expected.length);
  return norm(difference(found, expected)) / norm(expected);
}

describe.each(kinds)('leastSquares (%#)', (kind) => {
  const points = sampleOf(kind);
  const model = createStudent({ ...kind, experts: 3, seed: 1, amplitude: 0.5 });
  const { objective, curvature } = leastSquares(points);

  it('has the loss and gradient of the sample', async () => {
    const reference = sampled(points, createReferenceBackend());
    const expected = await reference.objective.evaluate(model, 0);
    const found = await objective.evaluate(model, 0);
    expect(found.loss).toBe(expected.loss);
    expect(apart(flat(found.gradient), flat(expected.gradient))).toBeLessThan(1e-13);
  });

  it('has the curvature of the sample, the Gauss–Newton matrix of the span in single precision', async () => {
    const found = await curvature(model);
    const expected = sampleCurvature(points)(model);
    expect(found.dimension).toBe(expected.dimension);
    const { span, complement } = found;
    expect(apart(span!.gaussNewton.data, expected.span.gaussNewton.data)).toBeLessThan(3e-7);
    expect(apart(complement.gaussNewton.data, expected.complement.gaussNewton.data)).toBeLessThan(
      1e-13,
    );
    expect(span!.hessian).toEqual(expected.span.hessian);
    expect(complement.hessian).toEqual(expected.complement.hessian);
  });

  it('has one curvature whether the loss was asked for before or not', async () => {
    const { span, complement } = await leastSquares(points).curvature(model);
    await objective.evaluate(model, 0);
    const after = await curvature(model);
    expect(after.span!.gaussNewton).toEqual(span!.gaussNewton);
    expect(after.complement.gaussNewton).toEqual(complement.gaussNewton);
    const other = { ...model, params: scaleParams(-1, model.params) };
    await objective.evaluate(other, 0);
    const again = await curvature(model);
    expect(again.span!.gaussNewton).toEqual(span!.gaussNewton);
    await objective.evaluate(other, 0);
    expect(again.complement.gaussNewton).toEqual(complement.gaussNewton);
  });

  it('solves damped systems of its Gauss–Newton matrix', async () => {
    const { span, solve, dimension } = await curvature(model);
    const rhs = Float64Array.from({ length: dimension }, (_, i) => Math.cos(i));
    const expected = solvePositive(span!.gaussNewton, 0.01, rhs);
    expect(apart(solve!(0.01, rhs)!, expected!)).toBeLessThan(1e-12);
    expect(solve!(-1e3, rhs)).toBeUndefined();
  });
});

it.each([1e-140, 1e-30, 1e30, 1e150])(
  'leastSquares has the Gauss–Newton matrix of amplitudes of any size: %s',
  async (amplitude) => {
    const points = sampleOf(kinds[0]);
    const model = createStudent({ ...kinds[0], experts: 3, seed: 1, amplitude });
    const { span } = await leastSquares(points).curvature(model);
    const expected = sampleCurvature(points)(model).span.gaussNewton;
    for (const [i, x] of span!.gaussNewton.data.entries()) {
      const root = (p: number) => Math.sqrt(entry(expected, p, p));
      const scale = root(Math.floor(i / 21)) * root(i % 21);
      expect(Math.abs(x - expected.data[i]!)).toBeLessThan(1e-5 * scale);
    }
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

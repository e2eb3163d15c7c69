import { spectrumOf } from '@softmoe/certify';
import { type Params, retract } from '@softmoe/model';
import {
  denseCurvature,
  dot,
  frameOf,
  identity,
  matrixCurvature,
  row,
  toTangentCoordinates,
  zeros,
} from '@softmoe/model/linalg';
import { populationCurvature, populationObjective } from '@softmoe/population';
import { describe, expect, it } from 'vitest';
import { perturbed, teacherOf } from '../../finetune/fixtures/scenes.ts';
import { differencePoints, hessianOf, tangentDirections } from '../test/differences.ts';

const teacher = teacherOf(6, 2, { kind: 'random-unit' }, 1);
const student = perturbed(teacher, 0.2, 2);

/** The Hessian of the population loss at the student, by differences of its gradient. */
async function populationHessian() {
  const objective = populationObjective(teacher);
  const directions = tangentDirections(student);
  const gradients: Params[] = [];
  for (const point of differencePoints(student, directions)) {
    gradients.push((await objective.evaluate(point)).gradient);
  }
  return hessianOf(directions, gradients);
}

describe('a Hessian by differences', () => {
  it('is the exact one of the population loss, within its own error estimate', async () => {
    const exact = populationCurvature(student, teacher);
    const { hessian: exactHessian } = denseCurvature(exact);
    expect(exact.multiplicity).toBe(0);
    // The exact one is in coordinates of its basis: the spectrum is the same, and so is the trace of every power.
    const { hessian, error } = await populationHessian();
    const trace = (matrix: typeof hessian, power: 1 | 2) => {
      const n = matrix.shape[0]!;
      const { data } = matrix;
      return power === 1
        ? Array.from({ length: n }, (_, i) => data[i * n + i]!).reduce((sum, x) => sum + x)
        : data.reduce((sum, x) => sum + x * x, 0);
    };
    for (const power of [1, 2] as const) {
      const expected = trace(exactHessian, power);
      expect(Math.abs(trace(hessian, power) - expected)).toBeLessThan(1e-8 * expected);
    }
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(1e-4);
    // And with the directions of this one in coordinates of that basis, so is every entry.
    const frame = frameOf(exact.basis);
    const local = frame.lower(student);
    const directions = tangentDirections(student).map((direction) =>
      toTangentCoordinates(local, frame.lowerVector(direction)),
    );
    let square = 0;
    directions.forEach((x, i) => {
      const image = x.map((_, p) => dot(row(exactHessian, p), x));
      directions.forEach((y, j) => {
        square += (dot(y, image) - row(hessian, i)[j]!) ** 2;
      });
    });
    expect(Math.sqrt(square)).toBeLessThan(error);
  });
});

it('curvature without a complement does not stand for dimensions that the coordinates leave out', async () => {
  const { hessian } = await populationHessian();
  const none = { hessian: zeros([0, 0]), gaussNewton: zeros([0, 0]) };
  const curvature = matrixCurvature({
    student,
    span: { hessian, gaussNewton: hessian },
    complement: none,
    multiplicity: 0,
    basis: identity(student.spec.inputDim),
  });
  expect(spectrumOf(curvature).dimension).toBe(hessian.shape[0]);
  expect(() => spectrumOf(curvature, 'hessian', { hidden: 3 })).toThrow(
    /curvature\.complement: says nothing of the 3 dimensions .* in all input dimensions/,
  );
});

describe('hessianOf', () => {
  it('differentiates along the basis of toTangentCoordinates', () => {
    const directions = tangentDirections(student);
    directions.forEach((direction, j) => {
      const coordinates = toTangentCoordinates(student, direction);
      coordinates.forEach((x, i) => {
        expect(Math.abs(x - (i === j ? 1 : 0))).toBeLessThan(1e-14);
      });
    });
    expect(differencePoints(student, directions)).toHaveLength(4 * directions.length);
  });

  it('owns up to a field whose derivative is not symmetric', () => {
    const directions = tangentDirections(student).slice(0, 2);
    // The field turns by 90°: its derivative is antisymmetric, and no Hessian.
    const fields = differencePoints(student, directions).map((point) => {
      const [x, y] = directions.map((direction) => {
        const along = retract(student.spec, point.params).params.router.data;
        return along.reduce((sum, v, i) => sum + v * direction.router.data[i]!, 0);
      });
      return {
        ...directions[0]!,
        router: {
          shape: point.params.router.shape,
          data: directions[0]!.router.data.map(
            (e, i) => -y! * e + x! * directions[1]!.router.data[i]!,
          ),
        },
      };
    });
    expect(hessianOf(directions, fields).error).toBeGreaterThan(0.5);
  });
});

import { type MoE, type NDArray, type Params, retract, toSpan } from '@softmoe/model';
import type { GateName } from '@softmoe/model/checks';
import {
  addScaled,
  type Blocks,
  dot,
  fromTangentCoordinates,
  matrixSize,
  normParams,
  projectTangent,
  row,
  rowProducts,
  scaleParams,
  tangentDim,
  toTangentCoordinates,
} from '@softmoe/model/linalg';
import { createStudent, createTeacher, normals } from '@softmoe/teacher';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { populationObjective } from './objective.ts';
import { populationCurvature } from './population.ts';

const cubic = { kind: 'hermite', degree: 3 } as const;
const series = { kind: 'series', coefficients: [0.3, 0.5, -0.4, 0.6] } as const;

function eigenvalues({ shape, data }: NDArray): number[] {
  const matrix = Matrix.from1DArray(shape[0]!, shape[1]!, data);
  return new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues;
}

/** The Hessian of `populationCurvature` applied to a tangent vector at `model` in the original space. */
function applyHessian(model: MoE, teacher: MoE, vector: Params): Params {
  const { span, complement, basis } = populationCurvature(model, teacher);
  const inSpan = toSpan(model, teacher).student;
  const m = model.spec.experts;
  const project = (array: NDArray) => rowProducts(array, basis);
  const coordinates = toTangentCoordinates(inSpan, {
    router: project(vector.router),
    expert: project(vector.expert),
    amplitude: vector.amplitude,
  });
  const n = coordinates.length;
  const product = Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += span.hessian.data[i * n + j]! * coordinates[j]!;
    return sum;
  });
  const image = fromTangentCoordinates(inSpan, product);
  const d = model.spec.inputDim;
  const lifted = (array: NDArray, slot: number): NDArray => {
    const result = { shape: [m, d], data: new Float64Array(m * d) };
    for (let i = 0; i < m; i++) {
      const target = row(result, i);
      const add = (scale: number, source: Float64Array) => {
        source.forEach((x, c) => {
          target[c] = target[c]! + scale * x;
        });
      };
      row(array, i).forEach((x, b) => {
        add(x, row(basis, b));
      });
      for (let j = 0; j < 2 * m; j++) {
        const source = row(vector[j < m ? 'router' : 'expert']!, j % m).slice();
        for (let b = 0; b < matrixSize(basis).rows; b++) {
          const along = row(basis, b).reduce((sum, x, c) => sum + x * source[c]!, 0);
          row(basis, b).forEach((x, c) => {
            source[c] = source[c]! - along * x;
          });
        }
        add(complement.hessian.data[(slot * m + i) * 2 * m + j]!, source);
      }
    }
    return result;
  };
  return {
    router: lifted(image.router, 0),
    expert: lifted(image.expert, 1),
    amplitude: image.amplitude,
  };
}

describe('the Hessian, against differences of the gradient at points that are not critical', () => {
  const configs = (['sigmoid', 'probit', 'tanh'] as GateName[]).flatMap((gate) =>
    [cubic, series].map((expert) => ({ gate, expert })),
  );
  it.each(configs)('agrees for $gate gates and $expert.kind experts', async ({ gate, expert }) => {
    const inputDim = 19;
    const teacher = createTeacher({
      inputDim,
      experts: 2,
      gate,
      expert,
      geometry: { kind: 'random-unit' },
      seed: 3,
    });
    const student = createStudent({ inputDim, experts: 3, gate, expert, seed: 4, amplitude: 0.7 });
    const objective = populationObjective(teacher);
    const direction = (index: number): Params => {
      const z = normals({ seed: 5, stream: 'test/tangent', step: index, size: 7 }, inputDim);
      const raw = {
        router: { shape: [3, inputDim], data: z.slice(0, 3 * inputDim) },
        expert: { shape: [3, inputDim], data: z.slice(3 * inputDim, 6 * inputDim) },
        amplitude: { shape: [3], data: z.slice(6 * inputDim, 6 * inputDim + 3) },
      };
      const tangent = projectTangent(student, raw);
      return scaleParams(1 / normParams(tangent), tangent);
    };
    const h = 1e-5;
    for (let index = 0; index < 3; index++) {
      const xi = direction(index);
      const at = async (scale: number) =>
        (await objective.evaluate(retract(student.spec, addScaled(student.params, scale, xi)), 0))
          .gradient;
      const difference = scaleParams(1 / (2 * h), addScaled(await at(h), -1, await at(-h)));
      const expected = projectTangent(student, difference);
      const error = addScaled(applyHessian(student, teacher, xi), -1, expected);
      expect(normParams(expected)).toBeGreaterThan(0.05);
      expect(normParams(error)).toBeLessThan(1e-8 * Math.max(1, normParams(expected)));
    }
  });
});

describe('populationCurvature at an orthonormal teacher', () => {
  const spec = { inputDim: 32, experts: 3, gate: 'sigmoid', expert: cubic } as const;
  const teacher = createTeacher({ ...spec, geometry: { kind: 'orthonormal' }, seed: 0 });
  const curvature = populationCurvature(teacher, teacher);

  it('has the closed-form eigenvalues of docs/theory.md (34) with their multiplicities', () => {
    const { span, complement, multiplicity } = curvature;
    const all = [
      ...eigenvalues(span.hessian),
      ...eigenvalues(complement.hessian).flatMap((x) => new Array<number>(multiplicity).fill(x)),
    ];
    expect(all).toHaveLength(tangentDim(teacher.spec));
    const count = (x: number) => all.filter((y) => Math.abs(y - x) < 1e-6).length;
    expect(count(0.044836)).toBe(3 * 30);
    expect(count(0.880137)).toBe(3 * 30);
    expect(count(0.293379)).toBe(3);
    expect(count(0.302402)).toBe(3);
    expect(count(1.078779)).toBe(3);
  });

  it('equals its Gauss–Newton part, since the residual is zero', () => {
    const distance = ({ hessian, gaussNewton }: Blocks) =>
      Math.max(...hessian.data.map((x, i) => Math.abs(x - gaussNewton.data[i]!)));
    expect(distance(curvature.span)).toBeLessThan(1e-14);
    expect(distance(curvature.complement)).toBeLessThan(1e-14);
  });
});

it('populationCurvature splits the dimension into span and complement', () => {
  const student = createStudent({
    inputDim: 50,
    experts: 4,
    gate: 'sigmoid',
    expert: cubic,
    seed: 1,
    amplitude: 0.5,
  });
  const teacher = createTeacher({
    inputDim: 50,
    experts: 2,
    gate: 'sigmoid',
    expert: cubic,
    geometry: { kind: 'orthonormal' },
    seed: 1,
  });
  const { span, complement, multiplicity, basis } = populationCurvature(student, teacher);
  const [r = 0] = basis.shape;
  expect(r).toBe(12);
  expect(multiplicity).toBe(38);
  expect(span.hessian.shape).toEqual([2 * 4 * (r - 1) + 4, 2 * 4 * (r - 1) + 4]);
  expect(complement.hessian.shape).toEqual([8, 8]);
  expect(dot(basis.data, basis.data)).toBeCloseTo(r, 12);
});

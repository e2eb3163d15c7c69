import { type Curvature, type NDArray, type Params, retract } from '@softmoe/model';
import type { GateName } from '@softmoe/model/checks';
import {
  addScaled,
  axpy,
  type Blocks,
  DENSE_LIMIT,
  denseCurvature,
  dot,
  entry,
  frameOf,
  matrixSize,
  normParams,
  projectTangent,
  row,
  scaleParams,
  tangentDim,
} from '@softmoe/model/linalg';
import { createStudent, createTeacher, normals } from '@softmoe/teacher';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { curvatureByProducts } from '../fixtures/by-products.ts';
import { populationObjective } from './objective.ts';
import { populationCurvature } from './population.ts';

const cubic = { kind: 'hermite', degree: 3 } as const;
const series = { kind: 'series', coefficients: [0.3, 0.5, -0.4, 0.6] } as const;

function eigenvalues({ shape, data }: NDArray): number[] {
  const matrix = Matrix.from1DArray(shape[0]!, shape[1]!, data);
  return new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues;
}

/** The Hessian of `curvature` applied to a tangent vector in the original space: what lies in the span, and what beside it. */
function applyHessian({ apply, complement, basis }: Curvature, vector: Params): Params {
  const frame = frameOf(basis);
  const inner = frame.lowerVector(vector);
  const inside = frame.liftVector(apply(inner));
  const outside = addScaled(vector, -1, frame.liftVector(inner));
  const { rows: m } = matrixSize(vector.router);
  const add = (slot: number) => (array: NDArray) => {
    const result = { shape: array.shape, data: array.data.slice() };
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < 2 * m; j++) {
        const source = row(outside[j < m ? 'router' : 'expert'], j % m);
        axpy(entry(complement.hessian, slot * m + i, j), source, row(result, i));
      }
    }
    return result;
  };
  return { ...inside, router: add(0)(inside.router), expert: add(1)(inside.expert) };
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
      expect(normParams(expected)).toBeGreaterThan(0.05);
      for (const curvatureAt of [populationCurvature, curvatureByProducts]) {
        const error = addScaled(applyHessian(curvatureAt(student, teacher), xi), -1, expected);
        expect(normParams(error)).toBeLessThan(1e-8 * Math.max(1, normParams(expected)));
      }
    }
  });
});

describe('populationCurvature at an orthonormal teacher', () => {
  const spec = { inputDim: 32, experts: 3, gate: 'sigmoid', expert: cubic } as const;
  const teacher = createTeacher({ ...spec, geometry: { kind: 'orthonormal' }, seed: 0 });
  const curvature = populationCurvature(teacher, teacher);

  it('has the closed-form eigenvalues of docs/theory.md (34) with their multiplicities', () => {
    const { complement, multiplicity } = curvature;
    const all = [
      ...eigenvalues(denseCurvature(curvature).hessian),
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
    expect(distance(denseCurvature(curvature))).toBeLessThan(1e-14);
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
  const curvature = populationCurvature(student, teacher);
  const { dimension, complement, multiplicity, basis } = curvature;
  const [r = 0] = basis.shape;
  expect(r).toBe(12);
  expect(multiplicity).toBe(38);
  expect(dimension).toBe(2 * 4 * (r - 1) + 4);
  expect(denseCurvature(curvature).hessian.shape).toEqual([dimension, dimension]);
  expect(complement.hessian.shape).toEqual([8, 8]);
  expect(dot(basis.data, basis.data)).toBeCloseTo(r, 12);
});

it('populationCurvature has matrices up to the size at which they are cheap, and products alone above it', () => {
  const kind = { inputDim: 30, gate: 'sigmoid', expert: cubic, seed: 1 } as const;
  const geometry = { kind: 'random-unit' } as const;
  for (const [k, small] of [
    [2, true],
    [12, false],
  ] as const) {
    const teacher = createTeacher({ ...kind, experts: k, geometry });
    const curvature = populationCurvature(teacher, teacher);
    expect(curvature.dimension <= DENSE_LIMIT).toBe(small);
    expect(curvature.span !== undefined).toBe(small);
  }
});

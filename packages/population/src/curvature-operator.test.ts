import { loadPopulationKernels } from '@softmoe/kernels/population';
import type { NDArray } from '@softmoe/model';
import { denseCurvature, dot, spanProduct } from '@softmoe/model/linalg';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { describe, expect, it, vi } from 'vitest';
import { curvatureByProducts } from '../fixtures/by-products.ts';
import { population, populationCurvature } from './population.ts';

const cubic = { kind: 'hermite', degree: 3 } as const;
const series = { kind: 'series', coefficients: [0.3, 0.5, -0.4, 0.6] } as const;

function largestDifference(a: NDArray, b: NDArray): number {
  expect(a.shape).toEqual(b.shape);
  return a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i]!)), 0);
}

/** Gates of students and teachers, experts, and numbers of inputs, students and teacher units. */
const cases = [
  { gate: 'sigmoid', other: 'sigmoid', expert: cubic, d: 40, m: 3, k: 2 },
  { gate: 'tanh', other: 'probit', expert: series, d: 6, m: 5, k: 3 },
  { gate: 'probit', other: 'sigmoid', expert: series, d: 30, m: 1, k: 1 },
  { gate: 'sigmoid', other: 'tanh', expert: cubic, d: 2, m: 4, k: 1 },
] as const;

describe.each(cases)('products with the curvature ($gate, d = $d, m = $m)', (sizes) => {
  const { gate, other, expert, d: inputDim, m, k } = sizes;
  const geometry = { kind: 'random-unit' } as const;
  const teacher = createTeacher({
    inputDim,
    experts: k,
    gate: other,
    expert,
    geometry,
    seed: 3,
    amplitudeSpread: 3,
  });
  const student = createStudent({ inputDim, experts: m, gate, expert, seed: 4, amplitude: 0.7 });
  const found = curvatureByProducts(student, teacher);
  const expected = populationCurvature(student, teacher);

  it('are those with the matrices that sums over the units give', () => {
    expect(expected.span).toBeDefined();
    expect(found).not.toHaveProperty('span');
    for (const which of ['hessian', 'gaussNewton'] as const) {
      const dense = denseCurvature(found)[which];
      expect(largestDifference(dense, expected.span![which])).toBeLessThan(1e-14 * inputDim);
      const off = largestDifference(found.complement[which], expected.complement[which]);
      expect(off).toBeLessThan(1e-14);
    }
    const { hessian, gaussNewton } = denseCurvature(found);
    expect(largestDifference(hessian, gaussNewton)).toBeGreaterThan(1e-3);
  });

  it('are symmetric, and in the coordinates of the matrices', () => {
    const { dimension, multiplicity } = found;
    expect([dimension, multiplicity]).toEqual([expected.dimension, expected.multiplicity]);
    const x = Float64Array.from({ length: dimension }, (_, i) => Math.sin(3 * i));
    const y = Float64Array.from({ length: dimension }, (_, i) => Math.cos(5 * i));
    for (const which of ['hessian', 'gaussNewton'] as const) {
      const [times, other] = [spanProduct(found, which), spanProduct(expected, which)];
      expect(dot(y, times(x))).toBeCloseTo(dot(y, other(x)), 11);
      expect(dot(y, times(x))).toBeCloseTo(dot(x, times(y)), 11);
    }
  });
});

it('products with the curvature by the SIMD kernels are those by the JavaScript to 1e-13', async () => {
  const inputDim = 30;
  const kind = { inputDim, gate: 'sigmoid', expert: cubic, seed: 5 } as const;
  const teacher = createTeacher({ ...kind, experts: 4, geometry: { kind: 'random-unit' } });
  const student = createStudent({ ...kind, experts: 8, amplitude: 0.7 });
  const problem = vi.spyOn(await loadPopulationKernels(), 'problem');
  const [found, expected] = await Promise.all(
    (['float64-simd', 'float64'] as const).map((variant) =>
      population(teacher, { variant }).curvature(student),
    ),
  );
  expect(problem.mock.calls).toEqual([[expect.objectContaining({ derivatives: 2, students: 8 })]]);
  expect(found).not.toHaveProperty('span');
  for (const which of ['hessian', 'gaussNewton'] as const) {
    const [dense, reference] = [denseCurvature(found!)[which], denseCurvature(expected!)[which]];
    expect(largestDifference(dense, reference)).toBeLessThan(1e-13);
    const outside = [found!.complement[which], expected!.complement[which]] as const;
    expect(largestDifference(...outside)).toBeLessThan(1e-13);
  }
});

it('products with the curvature at an exact student are those of Gauss–Newton', () => {
  const geometry = { kind: 'orthonormal' } as const;
  const teacher = createTeacher({
    inputDim: 32,
    experts: 3,
    gate: 'sigmoid',
    expert: cubic,
    geometry,
    seed: 0,
  });
  const { hessian, gaussNewton } = denseCurvature(curvatureByProducts(teacher, teacher));
  expect(largestDifference(hessian, gaussNewton)).toBeLessThan(1e-14);
});

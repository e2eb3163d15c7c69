import type { NDArray } from '@softmoe/model';
import { denseCurvature } from '@softmoe/model/linalg';
import { populationCurvature, populationGram } from '@softmoe/population';
import { expect, it } from 'vitest';
import { perturbed } from '../../finetune/fixtures/scenes.ts';
import { curvatureByProducts } from '../../population/fixtures/by-products.ts';
import { cubicTeacher } from '../fixtures/proofs.ts';
import { leastShare, toUnitScale } from './unit-scale.ts';

const teacherOf = (amplitudeSpread: number) =>
  cubicTeacher(16, 3, { kind: 'random-unit' }, { seed: 1, amplitudeSpread });
const teacher = teacherOf(100);
const student = perturbed(teacher, 1e-3, 2);

function largestDifference(a: NDArray, b: NDArray): number {
  return a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i]!)), 0);
}

it('curvature by products is brought to unit scale as its matrices are', () => {
  const byMatrix = toUnitScale(student, populationCurvature(student, teacher));
  const byProducts = toUnitScale(student, curvatureByProducts(student, teacher));
  expect(byMatrix.span).toBeDefined();
  expect(byProducts).not.toHaveProperty('span');
  for (const which of ['hessian', 'gaussNewton'] as const) {
    const dense = denseCurvature(byProducts)[which];
    expect(largestDifference(dense, byMatrix.span![which])).toBeLessThan(1e-11);
    const outside = largestDifference(byProducts.complement[which], byMatrix.complement[which]);
    expect(outside).toBeLessThan(1e-11);
  }
});

it('curvature of units of amplitude 1 is at unit scale as it is', () => {
  const even = teacherOf(1);
  const curvature = curvatureByProducts(even, even);
  expect(toUnitScale(even, curvature)).toBe(curvature);
});

it('the least share is half the second moment of the weakest unit, its amplitude included', () => {
  const gram = populationGram(teacher, teacher);
  const shares = [0, 1, 2].map((i) => {
    const amplitude = teacher.params.amplitude.data[i]!;
    return 0.5 * amplitude ** 2 * gram.students.data[4 * i]!;
  });
  expect(leastShare(teacher, gram)).toBe(Math.min(...shares));
  const along = denseCurvature(populationCurvature(teacher, teacher)).gaussNewton;
  const last = along.shape[0]! - 1;
  expect(gram.students.data[8]).toBeCloseTo(along.data[last * (last + 2)]!, 14);
});

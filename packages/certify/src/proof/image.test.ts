import { nearestImage } from '@softmoe/model';
import { expect, it } from 'vitest';
import { cubicTeacher } from '../../fixtures/proofs.ts';
import { distanceToImage } from './image.ts';

const teacher = cubicTeacher(8, 2, { kind: 'orthonormal' });

it('a teacher is its own image at distance 0, whatever suggests so', () => {
  const { image, distance } = distanceToImage(teacher, teacher);
  expect(image.unit).toEqual([0, 1]);
  expect(distance).toBe(0);
  expect(distanceToImage(teacher, teacher, nearestImage).image).toEqual(image);
});

it.each([[[0, 0]], [[0]], [[0, 1, 1]], [[0, 2]], [[-1, 0]], [[0.5, 1]], [[Number.NaN, 1]]])(
  'units %j, which are no permutation, are refused as an image',
  (unit) => {
    expect(() => distanceToImage(teacher, teacher, () => ({ unit }))).toThrow(
      expect.objectContaining({ name: 'ValueError', field: 'unit' }),
    );
  },
);

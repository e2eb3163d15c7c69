import { ndarray } from '@softmoe/model';
import type { StatelessRecord } from '@softmoe/train';
import { expect, it } from 'vitest';
import { curveDistance } from './distance.ts';

const record = (time: number, value: number): StatelessRecord => ({
  step: 0,
  time,
  loss: 0,
  gradientNorm: 0,
  amplitude: [],
  alignment: { student: [0], expert: [value], router: [0] },
  overlaps: { expert: ndarray([1, 1], [value]), router: ndarray([1, 1], [0]) },
});

it('compares curves at the times of the first', () => {
  const exact = [record(0, 0), record(2, 1), record(4, 1)];
  expect(curveDistance([record(1, 0.4), record(3, 1)], exact)).toBeCloseTo(0.1, 12);
  expect(curveDistance([record(0, 0), record(2, 1)], exact)).toBe(0);
});

it('says nothing without a common time', () => {
  expect(curveDistance([record(1, 0)], [])).toBeUndefined();
  expect(curveDistance([record(9, 0)], [record(0, 0)])).toBeUndefined();
});

import { createMoE, dot, mapParams, ndarray, row, takeRows } from '@softmoe/model';
import { expect, it } from 'vitest';
import { someModel } from '../../model/test/models.ts';
import { alignment } from './alignment.ts';
import { routerDirections } from './router-directions.ts';

const teacher = someModel({ inputDim: 4, experts: 3, routing: 'softmax' });
const { log } = Math;

it('are the router rows of independent routing', () => {
  const model = someModel({ inputDim: 4, experts: 3 });
  expect(routerDirections(model)).toBe(model.params.router);
});

it('are differences to the mean row where biases are equal', () => {
  const routerBias = ndarray([3], [2, 2, 2]);
  const directions = routerDirections({ ...teacher, params: { ...teacher.params, routerBias } });
  const rows = [0, 1, 2].map((i) => row(teacher.params.router!, i));
  rows.forEach((v, i) => {
    const difference = v.map((x, j) => x - (rows[0]![j]! + rows[1]![j]! + rows[2]![j]!) / 3);
    const length = Math.sqrt(dot(difference, difference));
    difference.forEach((x, j) => {
      expect(row(directions, i)[j]).toBeCloseTo(x / length, 13);
    });
  });
});

it('align exactly for the same function with duplicates in unequal numbers and a dead unit', () => {
  const copies = [2, 0, 0, 1, 0, 1];
  const shares = [1, 0.5, 0.2, 0.75, 0.3, 0.25];
  const doubled = mapParams(teacher.params, (array) => takeRows(array, copies));
  const routerBias = doubled.routerBias!.data.map((b, i) => b + log(shares[i]!) + 5);
  const router = doubled.router!.data.map((v, k) => v + Math.sin(k % 4));
  const axis = [0, 0, 0, 1];
  const student = createMoE(
    { ...teacher.spec, experts: 7 },
    {
      router: ndarray([7, 4], [...router, 9, -9, 9, 9]),
      expert: ndarray([7, 4], [...doubled.expert!.data, ...axis]),
      amplitude: ndarray([7], [...doubled.amplitude!.data, 1]),
      routerBias: ndarray([7], [...routerBias, -300]),
    },
  );
  const found = alignment(student, teacher);
  for (const x of [...found.expert, ...found.router]) expect(x).toBeCloseTo(1, 12);
  expect(found.student.map((i) => copies[i])).toEqual([0, 1, 2]);
});

it('are zero where a row does not differ from the mean: for one unit, and for equal routers', () => {
  const one = createMoE(
    { ...teacher.spec, experts: 1 },
    mapParams(teacher.params, (array) => takeRows(array, [0])),
  );
  expect([...routerDirections(one).data]).toEqual([0, 0, 0, 0]);
  const router = takeRows(teacher.params.router!, [1, 1, 1]);
  const equal = routerDirections({ ...teacher, params: { ...teacher.params, router } });
  expect(equal.data.every((x) => x === 0)).toBe(true);
});

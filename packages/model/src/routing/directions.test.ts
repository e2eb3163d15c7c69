import { expect, it } from 'vitest';
import { someModel } from '../../test/models.ts';
import { routingOf } from '../checks/index.ts';
import { createMoE, type MoE, ndarray } from '../index.ts';
import { dot, mapParams, row, takeRows } from '../linalg/index.ts';

const teacher = someModel({ inputDim: 4, experts: 3, routing: 'softmax' });
const routerDirections = (model: MoE) => routingOf(model.spec.routing).directions(model);

it('router directions are the router rows of independent routing', () => {
  const model = someModel({ inputDim: 4, experts: 3 });
  expect(routerDirections(model)).toBe(model.params.router);
});

it('router directions are differences to the mean row where biases are equal', () => {
  const routerBias = ndarray([3], [2, 2, 2]);
  const directions = routerDirections({ ...teacher, params: { ...teacher.params, routerBias } });
  const rows = [0, 1, 2].map((i) => row(teacher.params.router, i));
  rows.forEach((v, i) => {
    const difference = v.map((x, j) => x - (rows[0]![j]! + rows[1]![j]! + rows[2]![j]!) / 3);
    const length = Math.sqrt(dot(difference, difference));
    difference.forEach((x, j) => {
      expect(row(directions, i)[j]).toBeCloseTo(x / length, 13);
    });
  });
});

it('router directions are zero where a row does not differ from the mean: for one unit, and for equal routers', () => {
  const one = createMoE(
    { ...teacher.spec, experts: 1 },
    mapParams(teacher.params, (array) => takeRows(array, [0])),
  );
  expect([...routerDirections(one).data]).toEqual([0, 0, 0, 0]);
  const router = takeRows(teacher.params.router, [1, 1, 1]);
  const equal = routerDirections({ ...teacher, params: { ...teacher.params, router } });
  expect(equal.data.every((x) => x === 0)).toBe(true);
});

it.each([1e-320, 1e-200, 1e200])('router directions do not depend on a scale of %d', (size) => {
  const router = ndarray(
    [3, 4],
    [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0].map((x) => x * size),
  );
  const routerBias = ndarray([3], [0, 0, 0]);
  const at = (array: MoE['params']['router']) =>
    routerDirections({ ...teacher, params: { ...teacher.params, router: array, routerBias } }).data;
  const unit = at(ndarray([3, 4], [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0]));
  for (const [i, x] of at(router).entries())
    expect(x).toBeCloseTo(unit[i]!, size < 1e-300 ? 3 : 14);
});

import { expect, it } from 'vitest';
import { createMoE, lossAndGradient, type MoESpec, ndarray } from './index.ts';

/** As in the README: TypeScript widens the names in a variable of its own to `string`. */
const spec = {
  inputDim: 2,
  experts: 1,
  gate: 'sigmoid',
  expert: { kind: 'hermite', degree: 3 },
  routing: 'independent',
};
const params = {
  router: ndarray([1, 2], [1, 0]),
  expert: ndarray([1, 2], [0, 1]),
  amplitude: ndarray([1], [1]),
};

it('a literal in a variable of its own makes a model, whose spec is typed by its names', () => {
  const model = createMoE(spec, params);
  const typed: MoESpec = model.spec;
  expect(typed).toBe(spec);
});

it('a spec of any kind of expert and routing may be written so', () => {
  const softmax = { inputDim: 2, experts: 1, expert: { kind: 'gelu' }, routing: 'softmax' };
  const series = { ...spec, expert: { kind: 'series', coefficients: [0, 1, 0.5] } };
  expect(createMoE(series, params).spec).toBe(series);
  expect(createMoE(softmax, { ...params, routerBias: ndarray([1], [0]) }).spec).toBe(softmax);
});

it('a gradient is typed by the names of its parameters', () => {
  const x = Float64Array.of(1, 2);
  const { gradient } = lossAndGradient(createMoE(spec, params), x, Float64Array.of(0), 1);
  const numbers: number[] = [gradient.router, gradient.expert, gradient.amplitude].map(
    ({ data }) => data.length,
  );
  expect(numbers).toEqual([2, 2, 1]);
  expect(gradient.routerBias?.data).toBeUndefined();
});

it('a name that is none is refused when the spec is read', () => {
  expect(() => createMoE({ ...spec, gate: 'sigmoyd' }, params)).toThrow(/spec\.gate/);
  expect(() => createMoE({ ...spec, routing: 'top-1' }, params)).toThrow(/spec\.routing/);
});

import {
  forward,
  lossAndGradient,
  type MoE,
  type NDArray,
  type Params,
  type Points,
  units,
} from '@softmoe/model';
import { hasOwnGates } from '@softmoe/model/checks';
import { type ParameterName, param, parameterLayout, sizeOf } from '@softmoe/model/linalg';
import type { Backend, LossAndGradient } from '../backend.ts';
import { demand } from './case.ts';
import { magnitude } from './problems.ts';

/**
 * Largest error that a backend may make, relative to the largest number among the terms or the entries of an array.
 * A plain single-precision program makes errors of up to 6e-6 on the suite.
 */
const TOLERANCE = { float64: 1e-12, float32: 2e-5 } as const;

/**
 * Throws unless all methods agree with the plain float64 forward pass and gradient at this model and batch. `slack`
 * widens the tolerance where inputs are so large that their rounding errors are.
 */
export async function checkAgreement(
  backend: Backend,
  model: MoE,
  batch: Points,
  slack: number = 1,
): Promise<void> {
  const { inputs, size } = batch;
  const { experts: m, inputDim: d } = model.spec;
  const at = `m ${m}, d ${d}, size ${size}`;
  const tolerance = slack * TOLERANCE[backend.info.precision];

  const f = await backend.predict(model, inputs, size);
  const outputError = tolerance * magnitude(model, inputs, size);
  checkClose(`predict (${at})`, [size], f, forward(model, inputs, size), outputError);

  const u = await backend.units(model, inputs, size);
  const expected = units(model, inputs, size);
  checkClose(`units (${at})`, [size, m], u, expected, tolerance * largest(expected));

  const result = await backend.lossAndGradient(model, batch);
  checkLossAndGradient(backend, `lossAndGradient (${at})`, model, batch, result, slack);
}

/** Throws unless `actual` has the form of a result and the numbers of the plain float64 gradient on that batch. */
export function checkLossAndGradient(
  backend: Backend,
  field: string,
  model: MoE,
  { inputs, targets, size }: Points,
  actual: LossAndGradient,
  slack: number = 1,
): void {
  const expected = lossAndGradient(model, inputs, targets, size);
  checkResult(backend, field, model, actual, expected, slack);
}

/** Throws unless `actual` has the form of a result and the numbers of `expected`. */
export function checkResult(
  backend: Backend,
  field: string,
  model: MoE,
  actual: LossAndGradient,
  expected: LossAndGradient,
  slack: number = 1,
): void {
  const tolerance = slack * TOLERANCE[backend.info.precision];
  const [loss, expectedLoss] = [Float64Array.of(actual.loss), Float64Array.of(expected.loss)];
  checkClose(`${field}.loss`, [], loss, expectedLoss, tolerance * expected.loss);

  const names = Object.values(parameterLayout(model.spec)).map(({ name }) => name);
  const given: readonly string[] = Object.keys(actual.gradient);
  const complete = given.length === names.length && names.every((name) => given.includes(name));
  const remedy = `Return ${names.join(', ')}, of the shapes of the parameters.`;
  demand(complete, 'must have the names of the parameters', `${field}.gradient`, given, remedy);
  const scales = scalesOf(model, expected.gradient);
  for (const name of names) {
    const place = `${field}.gradient.${name}`;
    const { shape, data } = param(actual.gradient, name);
    const wanted = param(expected.gradient, name);
    const sameShape = shape.join() === wanted.shape.join();
    demand(sameShape, `must be [${wanted.shape.join(', ')}]`, `${place}.shape`, shape, remedy);
    checkClose(place, shape, data, wanted.data, tolerance * scales(name));
  }
}

/** Throws unless `actual` are the moments `expected`, each to within the tolerance of the largest. */
export function checkMoments(
  backend: Backend,
  field: string,
  actual: NDArray,
  expected: NDArray,
): void {
  const [n = 0] = expected.shape;
  const remedy = 'Sum over router 1 … m, then expert 1 … m.';
  const sameShape = actual.shape.join() === expected.shape.join();
  demand(sameShape, `must be [${n}, ${n}]`, `${field}.moments.shape`, actual.shape, remedy);
  const tolerance = TOLERANCE[backend.info.precision] * largest(expected.data);
  checkClose(`${field}.moments`, expected.shape, actual.data, expected.data, tolerance);
}

/**
 * What rounding errors of each gradient are relative to: its largest entry. Where units share their gates those of router
 * and bias are differences, r π_i (a_i h − f), which vanish where one gate takes all, so those two are measured by all
 * directions' gradients where these are larger.
 */
function scalesOf(model: MoE, gradient: Params): (name: ParameterName) => number {
  const of = (name: ParameterName) => largest(param(gradient, name).data);
  if (hasOwnGates(model.spec.routing)) return of;
  const differences: readonly ParameterName[] = ['router', 'routerBias'];
  const least = Math.max(of('router'), of('expert'));
  return (name) => (differences.includes(name) ? Math.max(of(name), least) : of(name));
}

/** Throws unless `actual` is a Float64Array of that shape and every entry is within `error` of the expected one. */
function checkClose(
  field: string,
  shape: readonly number[],
  actual: Float64Array,
  expected: Float64Array,
  error: number,
): void {
  const rightForm = actual instanceof Float64Array && actual.length === sizeOf(shape);
  const form = `must be a Float64Array of ${sizeOf(shape)} numbers`;
  demand(rightForm, form, field, actual, 'Copy the result out of the backend.');
  const i = expected.findIndex((wanted, k) => !(Math.abs(actual[k]! - wanted) <= error));
  const place = `${field}[${indexIn(shape, i).join(', ')}]`;
  const remedy = 'Compare with the functions of @softmoe/model.';
  demand(i < 0, `must be ${expected[i]} ± ${error}`, place, actual[i], remedy);
}

function largest(array: Float64Array): number {
  return array.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
}

function indexIn([, columns = 1]: readonly number[], flat: number): number[] {
  return columns === 1 ? [flat] : [Math.floor(flat / columns), flat % columns];
}

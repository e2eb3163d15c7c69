import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { registerCoreGradients } from './core-gradients.ts';
import { createTfjsBackend } from './index.ts';

type Unary = (x: tf.Tensor) => tf.Tensor;

const y = [0.3, -1.2, 2, 0.7, -0.4, 1.1];
const others = (shape: number[]) =>
  tf.tensor(
    y.slice(
      0,
      shape.reduce((n, size) => n * size, 1),
    ),
    shape,
  );

/** Losses of a tensor [2, 3], each with another operator whose derivative is registered. */
const losses: readonly [string, Unary][] = [
  ['tf.losses.meanSquaredError', (x) => tf.losses.meanSquaredError(others([2, 3]), x)],
  ['tf.losses.absoluteDifference', (x) => tf.losses.absoluteDifference(others([2, 3]), x)],
  ['a sum over one axis', (x) => tf.sum(tf.square(tf.sum(x, 0)))],
  ['a mean over one axis', (x) => tf.sum(tf.square(tf.mean(x, 1, true)))],
  ['a row that is added', (x) => tf.sum(tf.square(tf.add(x, others([3]))))],
  [
    'a tensor added to a larger one',
    (x) => tf.sum(tf.square(tf.add(others([1, 2, 3]), tf.reshape(x, [2, 1, 3])))),
  ],
  ['a column that is taken away', (x) => tf.sum(tf.square(tf.sub(others([2, 1]), x)))],
  ['a product with a row', (x) => tf.sum(tf.square(tf.mul(x, others([3]))))],
  ['a quotient', (x) => tf.mean(tf.div(x, others([2, 3])))],
  ['a divisor', (x) => tf.mean(tf.div(others([3]), x))],
  ['an absolute value with its sign turned', (x) => tf.neg(tf.sum(tf.abs(x)))],
];

it.each(losses)('tfjs-core alone differentiates %s', async (_, loss) => {
  await createTfjsBackend('cpu');
  const at = [0.9, -0.6, 1.4, -1.1, 0.5, 0.8];
  const gradient = tf.tidy(() =>
    tf
      .grad(loss)(tf.tensor2d(at, [2, 3]))
      .dataSync(),
  );
  const h = 1e-2;
  const value = (k: number, step: number) =>
    tf.tidy(() => {
      const moved = at.map((x, i) => (i === k ? x + step : x));
      return loss(tf.tensor2d(moved, [2, 3])).dataSync()[0] ?? Number.NaN;
    });
  for (const k of at.keys()) {
    expect(gradient[k]).toBeCloseTo((value(k, h) - value(k, -h)) / (2 * h), 2);
  }
});

it('what was registered before stays', () => {
  registerCoreGradients();
  const other: tf.GradConfig = { ...tf.getGradient('Add') };
  tf.registerGradient(other);
  registerCoreGradients();
  expect(tf.getGradient('Add')).toBe(other);
});

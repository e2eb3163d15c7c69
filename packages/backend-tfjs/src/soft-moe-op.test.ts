import type { Backend } from '@softmoe/backend';
import { conformanceCases } from '@softmoe/backend/conformance';
import { forward, type MoE, type MoESpec, ndarray } from '@softmoe/model';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hidingMemory } from '../test/hiding-memory.ts';
import { opBackend, tensors } from '../test/op-backend.ts';
import { smallStudent } from '../test/problem.ts';
import { fusedOpOf } from './fused-op.ts';
import { createTfjsBackend, softMoE, type TfjsBackendName } from './index.ts';
import { startedBackend } from './start.ts';

const paths: [string, TfjsBackendName, () => Promise<Backend>][] = [
  ['on cpu, composed', 'cpu', () => createTfjsBackend('cpu')],
  ['on wasm, zero-copy', 'wasm', () => createTfjsBackend('wasm', { variant: 'simd' })],
  ['on wasm, relaxed, zero-copy', 'wasm', () => createTfjsBackend('wasm', { variant: 'relaxed' })],
  [
    'on wasm, copying',
    'wasm',
    () => hidingMemory(() => createTfjsBackend('wasm', { variant: 'simd' })),
  ],
];

describe.each(paths)('softMoE %s', (_, name, create) => {
  let backend: Backend;
  let op: Backend;
  beforeAll(async () => {
    backend = await create();
    op = opBackend(backend);
  });
  afterAll(() => backend.dispose());

  it('uses the kernels that the backend has', () => {
    const fused = fusedOpOf(startedBackend(name)!);
    expect(fused?.kernels.variant).toBe(name === 'cpu' ? undefined : backend.info.simd);
  });

  for (const rule of conformanceCases()) it(rule.name, () => rule.run(op));

  it.each(['independent', 'softmax'] as const)('differentiates by its inputs, %s', (routing) => {
    const model = withRouting(smallStudent(), routing);
    const { inputDim: d } = model.spec;
    const points = Float64Array.from({ length: 3 * d }, (_, k) => Math.sin(k + 1));
    const weights = [1, -2, 0.5];
    const gradient = tf.tidy(() => {
      const params = tensors(model);
      const g = tf.grad((x) => softMoE(matrix(x), params, model.spec));
      return g(tf.tensor2d(Float32Array.from(points), [3, d]), tf.tensor1d(weights)).dataSync();
    });
    const h = 1e-5;
    const at = (k: number, step: number) => {
      const moved = points.slice();
      moved[k] = points[k]! + step;
      return forward(model, moved, 3).reduce((sum, f, s) => sum + weights[s]! * f, 0);
    };
    points.forEach((_, k) => {
      expect(gradient[k]).toBeCloseTo((at(k, h) - at(k, -h)) / (2 * h), 4);
    });
  });

  it('trains variables with a tfjs optimiser, and leaves nothing behind', () => {
    const { spec, params } = smallStudent();
    const before = tf.memory();
    const variables = tf.tidy(() => {
      const { router, expert, amplitude } = tensors({ spec, params });
      return {
        router: tf.variable(router),
        expert: tf.variable(expert),
        amplitude: tf.variable(amplitude),
      };
    });
    const x = tf.tensor2d(
      Float32Array.from({ length: 20 * 6 }, (_, k) => Math.sin(k * k)),
      [20, 6],
    );
    const y = tf.tensor1d(Float32Array.from({ length: 20 }, (_, s) => Math.cos(s)));
    const optimizer = tf.train.adam(0.02);
    const losses: number[] = [];
    for (let step = 0; step < 60; step++) {
      const loss = optimizer.minimize(
        () => halfMeanSquare(softMoE(x, variables, spec), y),
        true,
        Object.values(variables),
      );
      losses.push(loss?.dataSync()[0] ?? Number.NaN);
      loss?.dispose();
    }
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);

    const { grads, value } = tf.variableGrads(() => halfMeanSquare(softMoE(x, variables, spec), y));
    expect(Object.keys(grads)).toHaveLength(3);
    optimizer.dispose();
    tf.dispose([grads, value, ...Object.values(variables), x, y]);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });

  it.each(['independent', 'softmax'] as const)(
    'has no values at no points, and no gradient, %s',
    (routing) => {
      const { spec, params } = withRouting(smallStudent(), routing);
      tf.tidy(() => {
        const given = tensors({ spec, params });
        const x = tf.zeros([0, spec.inputDim]);
        expect(softMoE(x, given, spec).shape).toEqual([0]);
        const bySize = (f: (x: tf.Tensor) => tf.Tensor, at: tf.Tensor) =>
          tf.grad(f)(at, tf.zeros([0])) as tf.Tensor;
        expect(bySize((x) => softMoE(x, given, spec), x).shape).toEqual([0, spec.inputDim]);
        const byRouter = bySize((router) => softMoE(x, { ...given, router }, spec), given.router);
        expect(byRouter.shape).toEqual(given.router.shape);
        expect(byRouter.dataSync().every((slope) => slope === 0)).toBe(true);
      });
    },
  );

  it('refuses second derivatives in one sentence', () => {
    const { spec, params } = smallStudent();
    tf.tidy(() => {
      const given = tensors({ spec, params });
      const slope = tf.grad((x) => softMoE(x, given, spec));
      const squares = tf.grad((x) => tf.sum(tf.square(slope(x))));
      expect(() => squares(tf.ones([3, spec.inputDim]))).toThrow(
        /^softMoE: has first derivatives only \(got "order 2"\)\. Differentiate it once;/,
      );
    });
  });

  it('refuses what does not fit, and names it', () => {
    const { spec, params } = smallStudent();
    tf.tidy(() => {
      const given = tensors({ spec, params });
      const x: tf.Tensor2D = tf.ones([3, 6]);
      const wrong: [string, () => unknown][] = [
        ['x', () => softMoE(tf.ones([3, 5]), given, spec)],
        ['x', () => softMoE(tf.ones([3, 6], 'int32'), given, spec)],
        ['x', () => softMoE(tf.zeros([6]), given, spec)],
        ['x', () => softMoE(disposed([3, 6]), given, spec)],
        ['params.amplitude', () => softMoE(x, { ...given, amplitude: disposed([4]) }, spec)],
        ['params.router', () => softMoE(x, { ...given, router: tf.ones([6, 4]) }, spec)],
        ['params.routerBias', () => softMoE(x, given, { ...spec, routing: 'softmax' })],
        ['spec.experts', () => softMoE(x, given, { ...spec, experts: 0 })],
      ];
      for (const [field, call] of wrong) {
        expect(call).toThrow(expect.objectContaining({ field, remedy: expect.any(String) }));
      }
      expect(softMoE(x, given, spec).shape).toEqual([3]);
    });
  });
});

function disposed(shape: [number, ...number[]]): tf.Tensor {
  const tensor = tf.ones(shape);
  tensor.dispose();
  return tensor;
}

/** ½ mean (f − y)². */
function halfMeanSquare(f: tf.Tensor, y: tf.Tensor): tf.Scalar {
  return tf.mul(tf.losses.meanSquaredError(y, f), 0.5);
}

function matrix(x: tf.Tensor): tf.Tensor2D {
  if (x.rank === 2) return x as tf.Tensor2D;
  throw new TypeError('not a matrix');
}

function withRouting({ spec, params }: MoE, routing: MoESpec['routing']): MoE {
  if (routing === 'independent') return { spec, params };
  const bias = Float64Array.from({ length: spec.experts }, (_, i) => 0.3 * i - 0.4);
  return {
    spec: { ...spec, routing },
    params: { ...params, routerBias: ndarray([spec.experts], bias) },
  };
}

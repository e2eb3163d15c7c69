import type { Backend } from '@softmoe/backend';
import { createMoE, forward, freeRouters, type MoE, type MoESpec, ndarray } from '@softmoe/model';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallStudent, smallTeacher } from '../test/problem.ts';
import { createTfjsBackend, type TfjsBackendName } from './index.ts';
import { layerOf, modelOf, softMoE } from './layers.ts';

const teacher = smallTeacher();
const { inputDim: d } = teacher.spec;
const size = 256;
const points = Float64Array.from(
  { length: size * d },
  (_, k) => 1.4 * Math.sin(1 + 2.3 * k * (1 + k / 977)),
);
const targets = forward(teacher, points, size);

const shared: MoE = createMoE(
  { ...smallStudent().spec, routing: 'softmax' },
  { ...smallStudent().params, routerBias: ndarray([4], [0.1, -0.4, 0.3, 0]) },
);

const sharp: MoE = {
  ...smallStudent(),
  spec: { ...smallStudent().spec, gate: { name: 'sigmoid', norm: 1.7 } } as MoESpec,
};

function differenceFrom(model: MoE, layered: tfl.LayersModel): number {
  const values = tf.tidy(() => (layered.predict(pointsTensor()) as tf.Tensor).dataSync());
  return forward(model, points, size).reduce(
    (most, f, s) => Math.max(most, Math.abs(f - (values[s] ?? Number.NaN))),
    0,
  );
}

const pointsTensor = () => tf.tensor2d(Float32Array.from(points), [size, d]);

/** The model again, from what it saves itself as: topology as JSON, and weights. */
async function savedAndLoaded(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let artifacts: tf.io.ModelArtifacts = {};
  const handler = tf.io.withSaveHandler(async (saved) => {
    artifacts = JSON.parse(JSON.stringify({ ...saved, weightData: undefined }));
    artifacts = { ...artifacts, weightData: saved.weightData as ArrayBuffer };
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await model.save(handler);
  return tfl.loadLayersModel(tf.io.fromMemory(artifacts));
}

describe.each<TfjsBackendName>(['cpu', 'wasm'])('the layer softMoE on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createTfjsBackend(name);
  });
  afterAll(() => backend.dispose());

  it.each([
    ['gates of their own', smallStudent()],
    ['routers of any length', freeRouters(sharp)],
    ['shared gates', shared],
  ])('computes f of a model, and gives the model back: %s', (_, model) => {
    const layer = layerOf(model);
    const layered = tfl.sequential({ layers: [layer] });
    expect(layered.outputs[0]?.shape).toEqual([null, 1]);
    expect(differenceFrom(model, layered)).toBeLessThan(1e-4);
    const back = modelOf(layer);
    expect(back.spec).toEqual(model.spec);
    for (const [key, array] of Object.entries(model.params)) {
      const numbers = back.params[key as keyof typeof back.params];
      for (const [i, x] of array.data.entries()) expect(numbers?.data[i]).toBeCloseTo(x, 6);
    }
  });

  it.each<[string, Partial<MoESpec>]>([
    ['gates of their own', {}],
    ['routers of any length', { gate: { name: 'sigmoid', norm: 'free' } }],
    ['shared gates', { routing: 'softmax', expert: { kind: 'gelu' } }],
  ])('learns by model.fit, and is saved and loaded: %s', async (_, kind) => {
    const layer = softMoE({ experts: 8, seed: 3, inputShape: [d], ...kind });
    const model = tfl.sequential({ layers: [layer] });
    model.compile({ optimizer: tf.train.adam(0.03), loss: 'meanSquaredError' });
    const x = pointsTensor();
    const y = tf.tensor2d(Float32Array.from(targets), [size, 1]);
    const { history } = await model.fit(x, y, {
      epochs: 25,
      batchSize: 32,
      shuffle: false,
      verbose: 0,
    });
    const losses = (history.loss ?? []).map(Number);
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? 0));

    const trained = modelOf(layer);
    expect(differenceFrom(trained, model)).toBeLessThan(1e-4);
    const loaded = await savedAndLoaded(model);
    const predict = (one: tfl.LayersModel) => (one.predict(x) as tf.Tensor).dataSync();
    expect(predict(loaded)).toEqual(predict(model));
    expect(modelOf(loaded.layers.at(-1) as tfl.layers.Layer)).toEqual(trained);
    tf.dispose([x, y]);
  });

  it('goes after other layers, and takes no points at all', () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 5, inputShape: [3], activation: 'tanh' }),
        softMoE({ experts: 2, expert: { kind: 'relu' } }),
        tfl.layers.dense({ units: 2 }),
      ],
    });
    tf.tidy(() => {
      expect((model.predict(tf.ones([4, 3])) as tf.Tensor).shape).toEqual([4, 2]);
      const layer = softMoE({ experts: 2, inputShape: [3] });
      tfl.sequential({ layers: [layer] });
      expect((layer.apply(tf.zeros([0, 3])) as tf.Tensor).shape).toEqual([0, 1]);
    });
  });

  it('refuses an expert of the user’s own, which a saved model could not bring back', () => {
    const cube = {
      name: 'cube',
      parity: 'odd' as const,
      value: (z: number) => z ** 3,
      derivative: (z: number) => 3 * z ** 2,
      secondDerivative: (z: number) => 6 * z,
    };
    expect(() => softMoE({ experts: 2, expert: cube })).toThrow(
      /config\.expert: is an object, which a saved model could not bring back \(got "?cube/,
    );
  });

  it('starts from the same weights with a seed', () => {
    const start = (seed: number) => {
      const layer = softMoE({ experts: 3, seed, inputShape: [4] });
      tfl.sequential({ layers: [layer] });
      return modelOf(layer);
    };
    expect(start(1)).toEqual(start(1));
    expect(start(1).params.expert).not.toEqual(start(2).params.expert);
    expect(start(1).params.expert).not.toEqual(start(1).params.router);
  });
});

it('what is no layer of a spec is refused by name', () => {
  expect(() => softMoE({ experts: 0 })).toThrow(/^config\.experts: /);
  expect(() => softMoE({ experts: 2, gate: 'step' as 'tanh' })).toThrow(
    /^config\.gate: is not a gate/,
  );
  expect(() => modelOf(softMoE({ experts: 2 }))).toThrow(
    /^layer: must be a softMoE layer that knows/,
  );
  expect(() => modelOf(tfl.layers.flatten())).toThrow(/^layer: must be a softMoE layer/);
  expect(() => tfl.sequential({ layers: [softMoE({ experts: 2, inputShape: [2, 2] })] })).toThrow(
    /^inputShape: must be points as rows/,
  );
});

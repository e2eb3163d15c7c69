import {
  createMoE,
  type ExpertSpec,
  forward,
  type MoE,
  type MoESpec,
  ndarray,
  ShapeError,
  toSpan,
} from '@softmoe/model';
import { expertKinds, expertOf, gateNames, gateOf, routingNames } from '@softmoe/model/checks';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type Shape, someModel } from '../../../model/test/models.ts';
import type { Precision } from './graph.ts';
import { saveOnnx } from './save-onnx.ts';

/** f(x) of the ONNX file of `model` at `size` points, computed by onnxruntime. */
async function valuesOf(
  model: MoE,
  inputs: Float32Array,
  size: number,
  precision: Precision = 'float64',
): Promise<Float32Array> {
  const session = await InferenceSession.create(await saveOnnx(model, { precision }), {
    intraOpNumThreads: 1,
  });
  const points = new Tensor('float32', inputs, [size, model.spec.inputDim]);
  const { outputs } = await session.run({ inputs: points });
  await session.release();
  expect(outputs?.dims).toEqual([size]);
  return outputs?.data as Float32Array;
}

/** The largest difference from `forward` of the values of the ONNX file of `model`, and that in units of the largest |f(x)|. */
async function differences(
  model: MoE,
  inputs: Float32Array,
  size: number,
  precision: Precision = 'float64',
): Promise<{ readonly largest: number; readonly share: number }> {
  const values = await valuesOf(model, inputs, size, precision);
  const expected = forward(model, inputs, size);
  const largest = Math.max(...expected.map((f, s) => Math.abs(f - (values[s] ?? NaN))));
  return { largest, share: largest / Math.max(...expected.map(Math.abs)) };
}

const hermite = Array.from(
  { length: 6 },
  (_, i): ExpertSpec => ({ kind: 'hermite', degree: i + 1 }),
);
const series = [
  [2],
  [0.5, 0, -1],
  [0, 0, 0, 1, 0, 0.25],
  [1, -1, 0.5, 0.3, -0.2, 0.1, 0.7],
  [0, 1, 0, 0],
];
const experts: readonly ExpertSpec[] = [
  ...hermite,
  ...series.map((coefficients): ExpertSpec => ({ kind: 'series', coefficients })),
  ...(['relu', 'tanh', 'gelu', 'linear'] as const).map((kind) => ({ kind })),
];
/** Points with a standard deviation near 1. */
const waves = (length: number, salt: number = 1) =>
  Float32Array.from({ length }, (_, i) => 1.4 * Math.sin(salt + 2.3 * i));

describe('the ONNX file of a model', () => {
  it.each(experts.map((expert) => [JSON.stringify(expert), expert] as const))(
    'gives what forward does with every gate and routing: %s',
    async (_, expert) => {
      const shapes = routingNames.flatMap((routing) =>
        [
          ...gateNames,
          { name: 'tanh', norm: 2 } as const,
          { name: 'probit', norm: 'free' } as const,
        ].map((gate) => ({ routing, gate })),
      );
      for (const shape of shapes) {
        const model = someModel({ inputDim: 5, experts: 4, expert, ...shape });
        const double = await differences(model, waves(35), 7);
        expect(double.largest).toBeLessThan(1e-6);
        const single = await differences(model, waves(35), 7, 'float32');
        expect(single.largest).toBeLessThan(1e-5);
        // What docs/elsewhere.md says.
        expect(double.share).toBeLessThan(1e-7);
        expect(single.share).toBeLessThan(3e-6);
      }
    },
  );

  it('was checked for every kind of expert that there is', () => {
    expect(new Set(experts.map(({ kind }) => kind))).toEqual(new Set(expertKinds));
  });

  it('gives what forward does for any spec, parameters and points', async () => {
    const shape: fc.Arbitrary<Shape> = fc.record({
      inputDim: fc.integer({ min: 1, max: 40 }),
      experts: fc.integer({ min: 1, max: 12 }),
      gate: fc.constantFrom(...gateNames),
      expert: fc.constantFrom(...experts),
      routing: fc.constantFrom(...routingNames),
    });
    const salt = fc.integer({ min: 0, max: 1e6 });
    const size = fc.integer({ min: 1, max: 20 });
    await fc.assert(
      fc.asyncProperty(shape, salt, size, async (shape, salt, size) => {
        const model = someModel(shape, salt);
        const inputs = waves(size * shape.inputDim, salt);
        expect((await differences(model, inputs, size)).largest).toBeLessThan(1e-6);
        expect((await differences(model, inputs, size, 'float32')).largest).toBeLessThan(1e-5);
      }),
      { numRuns: 100 },
    );
  });

  it('gives what forward does for 25 units in 1000 dimensions', async () => {
    const model = someModel({ inputDim: 1000, experts: 25 });
    expect((await differences(model, waves(64 * 1000), 64)).largest).toBeLessThan(1e-6);
  });

  it('takes no points at all, and one', async () => {
    const model = someModel({ inputDim: 3, experts: 2 });
    expect(await valuesOf(model, new Float32Array(0), 0)).toEqual(new Float32Array(0));
    expect((await differences(model, waves(3), 1)).largest).toBeLessThan(1e-6);
  });

  it('names what goes in and out, and leaves the number of points open', async () => {
    const model = someModel({ inputDim: 3, experts: 2, routing: 'softmax' });
    const session = await InferenceSession.create(await saveOnnx(model));
    expect([session.inputMetadata, session.outputMetadata]).toMatchObject([
      [{ name: 'inputs', type: 'float32', shape: ['batch', 3] }],
      [{ name: 'outputs', type: 'float32', shape: ['batch'] }],
    ]);
    await session.release();
  });

  it("has an expert of one's own that is a polynomial, and refuses any other by name", async () => {
    const { spec, params } = someModel({ inputDim: 3, experts: 2 });
    const cubic = { ...expertOf({ kind: 'hermite', degree: 3 }), name: 'mine' };
    const { coefficients: _, ...opaque } = cubic;
    const withExpert = (expert: unknown) => ({ spec: { ...spec, expert } as MoESpec, params });
    expect(await saveOnnx(withExpert(cubic))).toBeInstanceOf(Uint8Array);
    await expect(saveOnnx(withExpert(opaque))).rejects.toThrow(
      /^spec\.expert: has no operators of ONNX/,
    );
    const gate = { ...gateOf('sigmoid'), name: 'mine' };
    await expect(
      saveOnnx({ spec: { ...spec, gate } as unknown as MoESpec, params }),
    ).rejects.toThrow(/^spec\.gate: has no operators of ONNX here/);
  });

  it('is refused for numbers beyond float32 where it computes in that, and in the coordinates of a frame', async () => {
    const model = someModel({ inputDim: 5, experts: 2 });
    const amplitude = ndarray([2], [1, -1e39]);
    const { spec, params } = model;
    const large = createMoE(spec, { ...params, amplitude });
    expect(await saveOnnx(large)).toBeInstanceOf(Uint8Array);
    await expect(saveOnnx(large, { precision: 'float32' })).rejects.toThrow(
      /^params\.amplitude: is beyond float32 \(got -1e\+39\)/,
    );
    await expect(saveOnnx(toSpan(model, model).student)).rejects.toThrow(ShapeError);
  });
});

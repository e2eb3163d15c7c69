import type { NDArray, Params } from '@softmoe/model';
import { mapParams, projectTangent } from '@softmoe/model/linalg';
import { type Backend, createReferenceBackend, type LossAndGradient } from '../src/index.ts';
import { createPlainBackend } from './plain-backend.ts';
import { type Wrong, wrong } from './wrong.ts';

const reference = createReferenceBackend();
const float32 = createPlainBackend('float32');

const gradient = (change: (array: NDArray, name: string) => NDArray, base: Backend): Backend => ({
  ...base,
  async lossAndGradient(model, batch) {
    const { loss, gradient } = await base.lossAndGradient(model, batch);
    return { loss, gradient: mapParams(gradient, change) };
  },
});

const scaled = ({ shape, data }: NDArray, factor: number): NDArray => ({
  shape,
  data: data.map((x) => factor * x),
});

const transposed = ({ shape, data }: NDArray): NDArray => {
  const [rows = 0, columns = 1] = shape;
  const result = data.map((_, k) => data[(k % rows) * columns + Math.floor(k / rows)]!);
  return { shape, data: result };
};

const noisy = (data: Float64Array, relative: number): Float64Array => {
  const largest = data.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  return data.map((x, k) => x + relative * largest * Math.cos(k * k));
};

const loss = (change: (result: LossAndGradient, size: number) => number): Partial<Backend> => ({
  async lossAndGradient(model, batch) {
    const result = await reference.lossAndGradient(model, batch);
    return { ...result, loss: change(result, batch.size) };
  },
});

const FUNCTIONS = /(gate|routing), .* expert/;

/** Backends whose results are wrong. */
export const wrongNumbers: Readonly<Record<string, Wrong>> = {
  'scales the gradient': [gradient((array) => scaled(array, 1.0001), float32), FUNCTIONS],
  'scales the gradient of routers alone': [
    gradient((array, name) => scaled(array, name === 'router' ? 0.9999 : 1), float32),
    /(gate|routing), hermite/,
  ],
  'flips the sign of the amplitude gradient': [
    gradient((array, name) => scaled(array, name === 'amplitude' ? -1 : 1), reference),
    FUNCTIONS,
  ],
  'transposes the gradient': [gradient(transposed, reference), FUNCTIONS],
  'leaves out the amplitude gradient': wrong(
    {
      async lossAndGradient(model, batch) {
        const result = await reference.lossAndGradient(model, batch);
        const { amplitude: _, ...rest } = result.gradient;
        return { ...result, gradient: rest as Params };
      },
    },
    FUNCTIONS,
  ),
  'gives gradients of another shape': [
    gradient(({ data }) => ({ shape: [data.length], data }), reference),
    FUNCTIONS,
  ],
  'projects the gradient on the sphere': wrong(
    {
      async lossAndGradient(model, batch) {
        const { loss, gradient } = await reference.lossAndGradient(model, batch);
        return { loss, gradient: projectTangent(model, gradient) };
      },
    },
    /(gate|routing), hermite/,
  ),
  'forgets the half of the loss': wrong(
    loss(({ loss }) => 2 * loss),
    FUNCTIONS,
  ),
  'sums the loss': wrong(
    loss(({ loss }, size) => size * loss),
    FUNCTIONS,
  ),
  'computes a float64 job in float32': [
    { ...float32, info: { ...float32.info, precision: 'float64' } },
    FUNCTIONS,
  ],
  'is noisier than float32': wrong(
    {
      async predict(...args) {
        return noisy(await float32.predict(...args), 1e-4);
      },
    },
    FUNCTIONS,
    float32,
  ),
  'is noisier than float32 in its gradient': [
    gradient(({ shape, data }) => ({ shape, data: noisy(data, 1e-4) }), float32),
    FUNCTIONS,
  ],
  'multiplies units by their amplitudes': wrong(
    {
      async units(model, inputs, size) {
        const { data } = model.params.amplitude;
        const outputs = await reference.units(model, inputs, size);
        return outputs.map((u, k) => u * data[k % data.length]!);
      },
    },
    FUNCTIONS,
  ),
  'gives units transposed': wrong(
    {
      async units(model, inputs, size) {
        const data = await reference.units(model, inputs, size);
        return transposed({ shape: [size, model.spec.experts], data }).data;
      },
    },
    FUNCTIONS,
  ),
  'ignores the points beyond a block': wrong(
    {
      async predict(model, inputs, size) {
        return (await reference.predict(model, inputs, size)).map((f, s) => (s < 64 ? f : 0));
      },
    },
    /^(65|130|1000) points/,
  ),
  'reads a view from the start of its buffer': wrong(
    {
      async predict(model, inputs, size) {
        const whole =
          inputs instanceof Float64Array
            ? new Float64Array(inputs.buffer, 0, inputs.length)
            : new Float32Array(inputs.buffer, 0, inputs.length);
        return reference.predict(model, whole, size);
      },
    },
    /views into/,
  ),
  'divides infinities in the tails': wrong(
    {
      async units(model, inputs, size) {
        const outputs = await reference.units(model, inputs, size);
        const overflow = inputs.some((x) => Math.abs(x) > 100);
        return overflow ? outputs.map(() => NaN) : outputs;
      },
    },
    /far in its tails/,
  ),
  'clamps its exponents': [
    gradient(({ shape, data }, name) => {
      return { shape, data: name === 'expert' ? data.map((x) => x + 0.02) : data };
    }, reference),
    /(relu|tanh|gelu|linear) expert to both ends/,
  ],
  'clamps the exponents of its gates': [
    gradient(({ shape, data }, name) => {
      return { shape, data: name === 'router' ? data.map((x) => x + 0.02) : data };
    }, reference),
    /gate to both ends/,
  ],
  'shares out gates that never close': wrong(
    {
      async units(model, inputs, size) {
        return (await reference.units(model, inputs, size)).map((u) => Math.max(u, 1e-4));
      },
    },
    /softmax routing to both ends/,
  ),
  'returns float32 arrays': wrong(
    {
      async predict(...args) {
        const data: unknown = Float32Array.from(await float32.predict(...args));
        return data as Float64Array;
      },
    },
    FUNCTIONS,
    float32,
  ),
};

import { createReferenceBackend } from '@softmoe/backend';
import { conformanceCases } from '@softmoe/backend/conformance';
import { createMoE, type Gate, type MoE, type MoESpec, UnsupportedError } from '@softmoe/model';
import { createStudent, createTeacher, sampleBatch } from '@softmoe/teacher';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTfjsBackend, softMoE } from './index.ts';

const value = (z: number) => z / (1 + z * z);
const derivative = (z: number) => (1 - z * z) / (1 + z * z) ** 2;
const bump: Gate = { name: 'bump', parity: 'odd', value, derivative };
const tensor = (z: tf.Tensor) => {
  const scale = tf.div(1, tf.add(1, tf.square(z)));
  return {
    value: tf.mul(z, scale),
    derivative: tf.mul(tf.sub(1, tf.square(z)), tf.square(scale)),
  };
};
const withTensor: Gate = { ...bump, tensor };

const student = createStudent({
  ...{ inputDim: 7, experts: 5, amplitude: 0.5, seed: 1 },
  ...{ gate: withTensor, expert: withTensor },
});
const teacher = createTeacher({
  ...{ inputDim: 7, experts: 3, geometry: { kind: 'random-unit' }, seed: 1 },
  ...{ gate: withTensor, expert: withTensor },
});
const points = sampleBatch(teacher, { seed: 0, stream: 'test', step: 0, size: 40 });
const reference = createReferenceBackend();

function having(parts: Partial<Pick<MoESpec, 'gate' | 'expert'>>): MoE {
  return createMoE({ ...student.spec, ...parts } as MoESpec, student.params);
}

describe.each(['cpu', 'wasm'] as const)('own functions on %s', (name) => {
  const opened = createTfjsBackend(name, { kernels: 'composed' });
  afterAll(async () => (await opened).dispose());

  it('compute what the reference does where they bring a tensor function', async () => {
    const one = await (await opened).lossAndGradient(student, points);
    const two = await reference.lossAndGradient(student, points);
    expect(Math.abs(one.loss - two.loss)).toBeLessThan(1e-6 * two.loss);
    one.gradient.router.data.forEach((x, i) => {
      expect(Math.abs(x - two.gradient.router.data[i]!)).toBeLessThan(1e-6);
    });
  });

  const rules = conformanceCases({ gates: [withTensor], experts: [withTensor] });
  for (const { name: rule, run } of rules.filter(({ name }) => name.includes('bump'))) {
    it(rule, async () => run(await opened));
  }

  it.each([
    ['gate.tensor', { gate: bump }],
    ['expert.tensor', { expert: bump }],
    [
      'gate.tensor(z).derivative',
      { gate: { ...bump, tensor: () => ({ value: tf.zeros([40, 5]) }) } },
    ],
    [
      'expert.tensor(z).value',
      { expert: { ...bump, tensor: () => ({ value: tf.scalar(1), derivative: tf.scalar(1) }) } },
    ],
  ])('are refused about spec.%s without one that fits', async (field, parts) => {
    const refused = (await opened).predict(having(parts as Partial<MoESpec>), points.inputs, 40);
    await expect(refused).rejects.toMatchObject({ field: `spec.${field}` });
  });
});

describe('the fused kernels', () => {
  const opened = createTfjsBackend('wasm');
  beforeAll(() => opened);
  afterAll(async () => (await opened).dispose());

  it.each(['gate', 'expert'] as const)('refuse an own %s in one sentence', async (field) => {
    const named = { gate: 'tanh', expert: { kind: 'relu' } } as const;
    const model = having({ ...named, [field]: withTensor });
    const backend = await opened;
    for (const refused of [
      () => backend.predict(model, points.inputs, 40),
      () => backend.units(model, points.inputs, 40),
      () => backend.lossAndGradient(model, points),
      () => backend.onlineStep!(model, model, { seed: 0, stream: 'test', step: 0, size: 8 }),
    ]) {
      await expect(async () => refused()).rejects.toThrow(UnsupportedError);
      await expect(async () => refused()).rejects.toThrow(
        `spec.${field}: is an object, and the fused kernels have only what is built in by its name (got "bump"). ` +
          "Use the float64 reference, or createTfjsBackend('wasm', { kernels: 'composed' }) where it brings tensor(z).",
      );
    }
  });

  it('leave the op to core ops for own functions, gradients included', async () => {
    await opened;
    const { router, expert, amplitude } = student.params;
    const of = ({ data, shape }: typeof router) => tf.tensor(Float32Array.from(data), [...shape]);
    const x = tf.tensor(Float32Array.from(points.inputs), [40, 7]);
    const f = (v: tf.Tensor) =>
      softMoE(x, { router: v, expert: of(expert), amplitude: of(amplitude) }, student.spec);
    const gradient = await tf
      .grad(f as (v: tf.Tensor) => tf.Tensor)(of(router))
      .data();
    const targets = (await reference.predict(student, points.inputs, 40)).map((y) => y - 1);
    const expected = await reference.lossAndGradient(student, { ...points, targets });
    for (const [k, slope] of expected.gradient.router.data.entries()) {
      expect(Math.abs((gradient[k] ?? NaN) - 40 * slope)).toBeLessThan(1e-4);
    }
  });
});

import type { Backend } from '@softmoe/backend';
import { sampleBatch } from '@softmoe/teacher';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { hidingMemory } from '../test/hiding-memory.ts';
import { tensors } from '../test/op-backend.ts';
import { smallStudent, smallTeacher } from '../test/problem.ts';
import { createTfjsBackend, softMoE } from './index.ts';
import { startedBackend } from './start.ts';
import { tfjsHeapOf } from './tfjs-heap.ts';

const WARM_UP = 50;

const teacher = smallTeacher();
const student = smallStudent();
const draw = { seed: 0, stream: 'growth', size: 20 };
const batch = sampleBatch(teacher, { ...draw, step: 0 });

/** All that could grow: tensors, their data, bytes of WebAssembly memory. */
function held() {
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  const heap = tfjsHeapOf(startedBackend('wasm') ?? {});
  const { dataIdMap } = Object(startedBackend(tf.getBackend()));
  const data: unknown = dataIdMap?.numDataIds() ?? Object(startedBackend('cpu')).numDataIds();
  return { numTensors, numDataBuffers, numBytes, data, wasm: heap?.memory.buffer.byteLength };
}

async function demandConstant(steps: number, step: (i: number) => unknown): Promise<void> {
  for (let i = 0; i < WARM_UP; i++) await step(i);
  const before = held();
  for (let i = 0; i < steps; i++) await step(i);
  expect(held()).toEqual(before);
}

/** Core ops of tfjs, which frees what they make in the same way each time, take long: fewer steps of them. */
const backends: [number, string, () => Promise<Backend>][] = [
  [2000, 'cpu', () => createTfjsBackend('cpu')],
  [2000, 'wasm, composed', () => createTfjsBackend('wasm', { kernels: 'composed' })],
  [10_000, 'wasm, fused', () => createTfjsBackend('wasm')],
  [10_000, 'wasm, fused, copying', () => hidingMemory(() => createTfjsBackend('wasm'))],
];

describe.each(backends)('nothing grows over %d steps on %s', (steps, _, create) => {
  it('of every method', async () => {
    const backend = await create();
    await demandConstant(steps, async (step) => {
      await backend.lossAndGradient(student, batch);
      await backend.onlineStep?.(student, teacher, { ...draw, step });
      if (step % 10 === 0) await backend.predict(student, batch.inputs, batch.size);
      if (step % 10 === 5) await backend.units(teacher, batch.inputs, batch.size);
    });
    backend.dispose();
  });

  it('of the op and its gradients', async () => {
    const backend = await create();
    const { spec } = student;
    const params = tensors(student);
    const x = tf.tensor2d(Float32Array.from(batch.inputs), [batch.size, spec.inputDim]);
    const dy = tf.ones([batch.size]);
    const gradients = tf.grads((...[x, router, expert, amplitude]) =>
      softMoE(
        x as tf.Tensor2D,
        {
          router: router as tf.Tensor2D,
          expert: expert as tf.Tensor2D,
          amplitude: amplitude as tf.Tensor1D,
        },
        spec,
      ),
    );
    await demandConstant(steps, () => {
      tf.dispose(gradients([x, params.router, params.expert, params.amplitude], dy));
      softMoE(x, params, spec).dispose();
    });
    tf.dispose([x, dy, ...Object.values(params)]);
    backend.dispose();
  });
});

describe('when the memory of tfjs grows', () => {
  it('backend and op go on with the same numbers', async () => {
    const backend = await createTfjsBackend('wasm', { variant: 'simd' });
    const params = tensors(student);
    const x = tf.tensor2d(Float32Array.from(batch.inputs), [batch.size, student.spec.inputDim]);
    const outputs = () => tf.tidy(() => softMoE(x, params, student.spec).dataSync());
    const step = () => backend.onlineStep?.(student, teacher, { ...draw, step: 3 });
    const before = { loss: await step(), outputs: outputs() };
    const bytes = held().wasm;
    const large = tf.zeros([bytes! / 2]);
    expect(held().wasm).toBeGreaterThan(bytes!);
    expect({ loss: await step(), outputs: outputs() }).toEqual(before);
    tf.dispose([large, x, ...Object.values(params)]);
    backend.dispose();
  });

  it('leaves the tensors of others alone', async () => {
    const backend = await createTfjsBackend('wasm');
    const kept = Array.from({ length: 20 }, (_, i) => tf.fill([1000 * i + 1], i));
    for (const size of [1, 64, 1000, 5000, 130]) {
      const { inputs } = sampleBatch(teacher, { ...draw, step: 0, size });
      await backend.units(student, inputs, size);
      await backend.onlineStep?.(student, teacher, { ...draw, step: 1, size });
    }
    backend.dispose();
    for (const [i, tensor] of kept.entries()) {
      expect(tensor.dataSync().every((value) => value === i)).toBe(true);
      tensor.dispose();
    }
  });
});

import { ValueError } from '@softmoe/model';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hidingMemory } from '../test/hiding-memory.ts';
import { smallStudent } from '../test/problem.ts';
import { capabilities, createTfjsBackend, TfjsStartError } from './index.ts';
import { checkOneCore } from './start.ts';

afterEach(() => vi.restoreAllMocks());

describe('createTfjsBackend', () => {
  it('starts backends that are asked for at the same time', async () => {
    const backends = await Promise.all([
      createTfjsBackend('wasm'),
      createTfjsBackend('cpu'),
      createTfjsBackend('wasm', { variant: 'simd' }),
    ]);
    expect(backends.map(({ info }) => info.name)).toEqual(['tfjs-wasm', 'tfjs-cpu', 'tfjs-wasm']);
    for (const backend of backends) backend.dispose();
  });

  it('takes relaxed SIMD where the engine has it', async () => {
    const backend = await createTfjsBackend('wasm');
    expect(backend.info.simd).toBe('relaxed');
    backend.dispose();
  });

  it('leaves threads off', async () => {
    await createTfjsBackend('wasm');
    expect(tf.env().getBool('WASM_HAS_MULTITHREAD_SUPPORT')).toBe(false);
  });

  it('computes on its own backend whatever tfjs has made the current one, and puts that back', async () => {
    const { spec, params } = smallStudent();
    const x = new Float32Array(2 * spec.inputDim).fill(0.5);
    const wasm = await createTfjsBackend('wasm', { kernels: 'composed' });
    const cpu = await createTfjsBackend('cpu');
    expect(tf.getBackend()).toBe('cpu');
    await wasm.predict({ spec, params }, x, 2);
    expect(tf.getBackend()).toBe('cpu');
    cpu.dispose();
    wasm.dispose();
  });

  it('refuses to be used after dispose, which may be called twice', async () => {
    const model = smallStudent();
    const x = new Float32Array(model.spec.inputDim);
    for (const kernels of ['fused', 'composed'] as const) {
      const backend = await createTfjsBackend('wasm', { kernels });
      await backend.predict(model, x, 1);
      backend.dispose();
      backend.dispose();
      await expect(backend.predict(model, x, 1)).rejects.toMatchObject({ field: 'backend' });
    }
  });

  it.each([
    ['name', () => createTfjsBackend('webgl' as 'cpu')],
    ['kernels', () => createTfjsBackend('cpu', { kernels: 'fused' })],
    ['kernels', () => createTfjsBackend('wasm', { kernels: 'fast' as 'fused' })],
    ['variant', () => createTfjsBackend('wasm', { variant: 'avx' as 'simd' })],
    ['variant', () => createTfjsBackend('wasm', { kernels: 'composed', variant: 'simd' })],
  ])('refuses a wrong %s', async (field, create) => {
    await expect(create()).rejects.toMatchObject({
      field,
      remedy: expect.stringMatching(/Use|Leave/),
    });
  });

  it('says so when the engine lacks what the kernels need', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    const error: unknown = await createTfjsBackend('wasm', { variant: 'simd' }).catch((e) => e);
    expect(error).toBeInstanceOf(TfjsStartError);
    expect(error).toMatchObject({
      field: 'WebAssembly',
      remedy: expect.stringMatching(/kernels: 'composed'/),
    });
  });

  it('says so when tfjs does not start', async () => {
    vi.spyOn(tf.engine(), 'setBackend').mockResolvedValue(false);
    await expect(createTfjsBackend('wasm')).rejects.toMatchObject({
      name: 'TfjsStartError',
      field: 'wasm',
    });
  });

  it('refuses a backend of another copy of tfjs-core', () => {
    expect(() => checkOneCore('@tensorflow/tfjs-backend-wasm', {})).toThrow(/npm dedupe/);
  });

  it('copes with a failure of one call in the next', async () => {
    const backend = await createTfjsBackend('wasm', { variant: 'simd' });
    const model = smallStudent();
    await expect(backend.predict(model, new Float32Array(5), 1)).rejects.toThrow();
    await expect(backend.predict(model, new Float32Array(6), -1)).rejects.toThrow(ValueError);
    expect(await backend.predict(model, new Float32Array(6), 1)).toHaveLength(1);
    backend.dispose();
  });
});

describe('capabilities', () => {
  it('tells what runs here', async () => {
    expect(await capabilities()).toMatchObject({
      wasm: true,
      simd: true,
      relaxed: true,
      tfjs: '4.22.0',
      backend: { name: 'tfjs-wasm', kernels: 'fused', simd: 'relaxed' },
      memory: 'zero-copy',
    });
  });

  it('has a sentence for everything, as plain data', async () => {
    const { checks } = JSON.parse(JSON.stringify(await capabilities()));
    expect(checks.map(({ name }: { name: string }) => name)).toEqual([
      'wasm',
      'simd',
      'relaxed',
      'tfjs',
      'backend',
      'memory',
    ]);
    for (const { ok, about } of checks) {
      expect(ok).toBe(true);
      expect(about).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('sees that memory is copied when it is hidden', async () => {
    expect(await hidingMemory(() => capabilities())).toMatchObject({ memory: 'copy' });
  });

  it('tells what is missing instead of throwing', async () => {
    vi.spyOn(tf.engine(), 'setBackend').mockResolvedValue(false);
    const { backend, checks } = await capabilities('wasm');
    expect(backend).toBeUndefined();
    expect(checks.find(({ name }) => name === 'backend')).toMatchObject({
      ok: false,
      about: expect.stringMatching(/did not start/),
    });
  });
});

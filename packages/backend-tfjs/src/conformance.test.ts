import type { Backend } from '@softmoe/backend';
import { conformanceCases } from '@softmoe/backend/conformance';
import { normals, sampleBatch } from '@softmoe/teacher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTfjsBackend, type TfjsBackendName, type TfjsBackendOptions } from './index.ts';

const backends: [string, TfjsBackendName, TfjsBackendOptions][] = [
  ['cpu', 'cpu', {}],
  ['wasm, composed', 'wasm', { kernels: 'composed' }],
  ['wasm, fused, simd', 'wasm', { variant: 'simd' }],
  ['wasm, fused, relaxed', 'wasm', { variant: 'relaxed' }],
];

describe.each(backends)('%s', (_, name, options) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createTfjsBackend(name, options);
  });
  afterAll(() => backend.dispose());

  it('is what was asked for', () => {
    const { kernels = name === 'wasm' ? 'fused' : 'composed', variant = 'simd' } = options;
    const simd = name === 'cpu' ? 'none' : variant;
    expect(backend.info).toEqual({
      name: `tfjs-${name}`,
      precision: 'float32',
      simd,
      threads: 1,
      kernels,
    });
    expect(Boolean(backend.onlineStep)).toBe(kernels === 'fused');
    expect(Boolean(backend.spanStep)).toBe(kernels === 'fused');
    expect(Boolean(backend.lossAndMoments)).toBe(kernels === 'composed');
  });

  for (const { name: rule, run } of conformanceCases({ drawBatch: sampleBatch, normals })) {
    it(rule, () => run(backend));
  }
});

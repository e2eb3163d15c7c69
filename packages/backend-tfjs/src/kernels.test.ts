import { conformanceCases } from '@softmoe/backend/conformance';
import { normals, sampleBatch } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { createKernelsBackend } from './kernels.ts';

describe('the kernels without tfjs', async () => {
  const backend = await createKernelsBackend({ variant: 'simd' });

  it('tell what they run on', () => {
    const { name, precision, simd, kernels } = backend.info;
    expect([name, precision, simd, kernels]).toEqual(['kernels', 'float32', 'simd', 'fused']);
  });

  for (const { name: rule, run } of conformanceCases({ drawBatch: sampleBatch, normals })) {
    it(rule, () => run(backend));
  }
});

import type { Backend } from '@softmoe/backend';
import { loadKernels, type Variant } from '@softmoe/kernels';
import { createFusedBackend } from './fused-backend.ts';
import { ownRegion } from './region.ts';

/** Which variant of the fused kernels a backend without TensorFlow.js runs on. */
export interface KernelsBackendOptions {
  /** As in `createTfjsBackend`: relaxed where the engine has it, unless asked for one of the two. */
  readonly variant?: Variant | 'auto';
}

/**
 * The fused kernels of `createTfjsBackend('wasm')` on a memory of their own: the same numbers without TensorFlow.js, for
 * pages that count their kilobytes. Rejects with a `KernelsError` where the engine has no WebAssembly SIMD.
 */
export async function createKernelsBackend({
  variant = 'auto',
}: KernelsBackendOptions = {}): Promise<Backend> {
  const region = ownRegion();
  const { memory } = region;
  const kernels = await loadKernels(variant === 'auto' ? { memory } : { memory, variant });
  return createFusedBackend(kernels, region, {
    name: 'kernels',
    precision: 'float32',
    simd: kernels.variant,
    threads: 1,
    kernels: 'fused',
  });
}

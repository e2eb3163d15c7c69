import { KernelsValueError } from './errors.ts';
import { type KernelExports, Kernels } from './kernels.ts';
import type { Variant } from './support.ts';
import { chooseVariant, compiled } from './variants.ts';

/** Which variant of the kernels to load, and into which memory. */
export interface LoadOptions {
  /** The memory to work on, for example that of another WebAssembly module; by default a new one of one page. */
  readonly memory?: WebAssembly.Memory;
  /** By default `relaxed` where the engine has it. Runs that must repeat bit for bit elsewhere pin `simd`. */
  readonly variant?: Variant;
}

/**
 * The kernels, on a memory. Throws a {@link KernelsUnsupportedError} when the engine can't run them and a
 * {@link KernelsValueError} for a shared memory.
 */
export async function loadKernels({ memory, variant }: LoadOptions = {}): Promise<Kernels> {
  const chosen = chooseVariant(variant);
  const target = memory ?? new WebAssembly.Memory({ initial: 1 });
  if (typeof SharedArrayBuffer === 'function' && target.buffer instanceof SharedArrayBuffer) {
    throw new KernelsValueError('must not be shared', {
      field: 'memory',
      value: 'a memory on a SharedArrayBuffer',
      remedy: 'Turn the threads of its owner off, or leave memory out and copy.',
    });
  }
  const instance = await WebAssembly.instantiate(await compiled(chosen), {
    env: { memory: target },
  });
  return new Kernels(chosen, target, instance.exports as unknown as KernelExports);
}

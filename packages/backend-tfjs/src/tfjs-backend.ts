import type { Backend, BackendInfo } from '@softmoe/backend';
import { type Kernels, KernelsError, loadKernels } from '@softmoe/kernels';
import { UnknownNameError, UnsupportedError } from '@softmoe/model';
import { createComposedBackend } from './composed-backend.ts';
import { createFusedBackend } from './fused-backend.ts';
import { copyingOp, enableFusedOp, zeroCopyOp } from './fused-op.ts';
import type { TfjsBackendName, TfjsBackendOptions } from './options.ts';
import { ownRegion, type Region, tfjsRegion } from './region.ts';
import { startTfjs } from './start.ts';
import { tfjsHeapOf } from './tfjs-heap.ts';
import { TfjsStartError } from './wasm-files.ts';

/**
 * A {@link Backend} on TensorFlow.js, float32: `wasm` with fused SIMD kernels of our own (or, with `kernels: 'composed'`,
 * core ops of tfjs), `cpu` with core ops. Starts the tfjs backend and makes it tfjs's current one; with the fused
 * kernels `softMoE` uses them from then on. Rejects with a `TfjsStartError` that says what is missing and what to do.
 */
export async function createTfjsBackend(
  name: TfjsBackendName,
  options: TfjsBackendOptions = {},
): Promise<Backend> {
  return (await openTfjsBackend(name, options)).backend;
}

/** A backend and how its kernels reach the tensors of tfjs: `none` where there are none of our own. */
export interface Opened {
  readonly backend: Backend;
  readonly memory: 'zero-copy' | 'copy' | 'none';
}

export async function openTfjsBackend(
  name: TfjsBackendName,
  options: TfjsBackendOptions,
): Promise<Opened> {
  const kind = checkOptions(name, options);
  const started = await startTfjs(name, options);
  if (kind === 'composed') {
    const simd = started.simd ? 'simd' : 'none';
    return { backend: createComposedBackend(name, infoOf(name, kind, simd)), memory: 'none' };
  }
  const heap = tfjsHeapOf(started.backend);
  const region = heap ? tfjsRegion(heap) : ownRegion();
  const kernels = await load(region, options);
  // Nothing that a call places outlives it, so that backend and op can use one region, and either may release it.
  const { wasm } = started;
  const direct = heap !== undefined && wasm !== undefined;
  enableFusedOp(
    started.backend,
    direct ? zeroCopyOp(kernels, wasm, region) : copyingOp(kernels, started.backend, region),
  );
  const backend = createFusedBackend(kernels, region, infoOf(name, kind, kernels.variant));
  return { backend, memory: direct ? 'zero-copy' : 'copy' };
}

async function load(region: Region, { variant = 'auto' }: TfjsBackendOptions): Promise<Kernels> {
  const { memory } = region;
  try {
    return await loadKernels(variant === 'auto' ? { memory } : { memory, variant });
  } catch (cause) {
    if (!(cause instanceof KernelsError)) throw cause;
    const { field, value, remedy } = cause;
    const detail = { field, value, remedy: `${remedy} Or use kernels: 'composed'.` };
    throw new TfjsStartError('does not let the fused kernels run', detail, { cause });
  }
}

function infoOf(
  name: TfjsBackendName,
  kernels: BackendInfo['kernels'],
  simd: BackendInfo['simd'],
): BackendInfo {
  return { name: `tfjs-${name}`, precision: 'float32', simd, threads: 1, kernels };
}

/** The kernels that are asked for. Throws a typed error for names that are none, and for what does not go together. */
function checkOptions(
  name: TfjsBackendName,
  { kernels = name === 'wasm' ? 'fused' : 'composed', variant = 'auto' }: TfjsBackendOptions,
): BackendInfo['kernels'] {
  requireOneOf('name', name, ['wasm', 'cpu']);
  requireOneOf('kernels', kernels, ['fused', 'composed']);
  requireOneOf('variant', variant, ['auto', 'simd', 'relaxed']);
  if (kernels === 'fused' && name !== 'wasm') {
    throw new UnsupportedError('run on tfjs-backend-wasm only', {
      field: 'kernels',
      value: kernels,
      remedy: "Use the backend 'wasm', or kernels: 'composed'.",
    });
  }
  if (kernels === 'composed' && variant !== 'auto') {
    throw new UnsupportedError('belongs to the fused kernels', {
      field: 'variant',
      value: variant,
      remedy: "Leave it out, or use kernels: 'fused'.",
    });
  }
  return kernels;
}

function requireOneOf(field: string, value: string, names: readonly string[]): void {
  if (names.includes(value)) return;
  throw new UnknownNameError('is not known here', {
    field,
    value,
    remedy: `Use one of ${names.join(', ')}.`,
  });
}

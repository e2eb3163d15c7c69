import type { BackendInfo } from '@softmoe/backend';
import { isSupported } from '@softmoe/kernels';
import { SoftmoeError } from '@softmoe/model';
import { version_core } from '@tensorflow/tfjs-core';
import type { TfjsBackendName, TfjsBackendOptions } from './options.ts';
import { type Opened, openTfjsBackend } from './tfjs-backend.ts';
import { isTested, NEWEST } from './versions.ts';

/** One thing that fast training needs, whether it is there, and a sentence about it. */
export interface Check {
  readonly name: 'wasm' | 'simd' | 'relaxed' | 'tfjs' | 'backend' | 'memory';
  readonly ok: boolean;
  readonly about: string;
}

/** What this engine and this installation can do. */
export interface Capabilities {
  readonly wasm: boolean;
  readonly simd: boolean;
  readonly relaxed: boolean;
  /** Version of @tensorflow/tfjs-core found. */
  readonly tfjs: string;
  /** The backend that started, if it did. */
  readonly backend?: BackendInfo;
  /** How the fused kernels reach tensors: in the memory of tfjs, by a copy, or not at all. */
  readonly memory: Opened['memory'];
  readonly checks: readonly Check[];
}

/** Tries out `createTfjsBackend(name, options)`, and tells what is there, what is missing and what to do about it. */
export async function capabilities(
  name: TfjsBackendName = 'wasm',
  options: TfjsBackendOptions = {},
): Promise<Capabilities> {
  const wasm = typeof WebAssembly === 'object';
  const simd = isSupported('simd');
  const relaxed = isSupported('relaxed');
  const opened = await openTfjsBackend(name, options).catch((error: unknown) => {
    if (error instanceof SoftmoeError) return error;
    throw error;
  });
  const failed = opened instanceof SoftmoeError ? opened : undefined;
  const { backend, memory } = opened instanceof SoftmoeError ? { memory: 'none' as const } : opened;
  backend?.dispose();
  const checks: Check[] = [
    check(
      'wasm',
      wasm,
      'WebAssembly runs here.',
      'This engine has no WebAssembly: use a newer one.',
    ),
    check(
      'simd',
      simd,
      'The engine has WebAssembly SIMD, which the fused kernels need.',
      'The engine has no WebAssembly SIMD: use Node 16.4, Chrome 91, Firefox 89, Safari 16.4 or newer.',
    ),
    check(
      'relaxed',
      relaxed,
      'The engine has relaxed SIMD: the fused kernels use fused multiply-add.',
      'The engine has no relaxed SIMD, so kernels are slower: use Node 22 or Chrome 114 or newer, or on Node 20 turn it on as the README of @softmoe/backend-tfjs says.',
    ),
    check(
      'tfjs',
      isTested(version_core),
      `TensorFlow.js ${version_core} is a version that softmoe is tested with.`,
      `TensorFlow.js is ${version_core} here: install version ${NEWEST}.`,
    ),
    check(
      'backend',
      !failed,
      `The backend ${name} runs with ${backend?.info.kernels} kernels (SIMD: ${backend?.info.simd}).`,
      `The backend ${name} did not start. ${failed?.message}`,
    ),
    check('memory', memory === 'zero-copy', MEMORY[memory], MEMORY[memory]),
  ];
  const found = { wasm, simd, relaxed, tfjs: version_core, memory, checks };
  return backend ? { ...found, backend: backend.info } : found;
}

const MEMORY: Readonly<Record<Opened['memory'], string>> = {
  'zero-copy': 'The fused kernels work on the memory of TensorFlow.js, without copies.',
  copy: 'The memory of TensorFlow.js could not be reached: the fused kernels copy tensors, at the cost of a few percent.',
  none: 'No fused kernels run here.',
};

function check(name: Check['name'], ok: boolean, yes: string, no: string): Check {
  return { name, ok, about: ok ? yes : no };
}

import v8 from 'node:v8';
import { type Backend, createReferenceBackend } from '@softmoe/backend';
import { type Config, ConfigError } from '@softmoe/lab';
import { UnsupportedError } from '@softmoe/model';
import { Option } from 'commander';

const backendNames = ['wasm', 'cpu', 'reference'] as const;
export type BackendName = (typeof backendNames)[number];

/** `--backend`, which commands that train have. */
export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'where the sampling engines compute: wasm (fused SIMD kernels), cpu or reference (default: wasm)',
  ).choices(backendNames);
}

/**
 * The backend of a run. The exact engine needs none, and TensorFlow.js is loaded only for one of its own. Throws a
 * typed error when it can't start: there is no other backend in its place.
 */
export async function openBackend({ engine }: Config, name?: BackendName): Promise<Backend> {
  if (engine === 'exact') {
    if (name === undefined) return createReferenceBackend();
    throw new ConfigError('has no effect on the exact engine', {
      field: 'backend',
      value: name,
      remedy: 'Add --engine online or --engine subspace, or leave it out.',
    });
  }
  if (name === 'reference') return createReferenceBackend();
  const { createTfjsBackend } = await loadTfjs();
  return createTfjsBackend(name ?? 'wasm');
}

/** The TensorFlow.js backends, with relaxed SIMD turned on where Node has it behind a flag. */
export async function loadTfjs(): Promise<typeof import('@softmoe/backend-tfjs')> {
  if (Number.parseInt(process.versions.node, 10) < 22) {
    v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
  return import('@softmoe/backend-tfjs').catch((cause: unknown) => {
    throw new UnsupportedError(
      'cannot be loaded',
      {
        field: '@softmoe/backend-tfjs',
        value: cause instanceof Error ? cause.message : cause,
        remedy: 'Install softmoe again, or use --backend reference, which is slower.',
      },
      { cause },
    );
  });
}

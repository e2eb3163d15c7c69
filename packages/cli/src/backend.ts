import v8 from 'node:v8';
import { type Backend, type BackendInfo, createReferenceBackend } from '@softmoe/backend';
import { type Config, ConfigError } from '@softmoe/lab';
import { UnsupportedError } from '@softmoe/model';
import { Option } from 'commander';

const backendNames = ['wasm', 'wasm-simd', 'wasm-relaxed', 'cpu', 'reference'] as const;
export type BackendName = (typeof backendNames)[number];

/** `--backend`, which commands that train have. */
export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'where the sampling engines compute: wasm (fused SIMD kernels, relaxed where the engine has it), wasm-simd (the same bits on every machine), wasm-relaxed, cpu or reference (default: wasm)',
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
  if (name === 'cpu') return createTfjsBackend('cpu');
  return createTfjsBackend('wasm', { variant: variants[name ?? 'wasm'] });
}

const variants = { wasm: 'auto', 'wasm-simd': 'simd', 'wasm-relaxed': 'relaxed' } as const;

/** The name by which the backend of a run is opened again, to the same bits. */
export function backendNameOf({ name, simd }: BackendInfo): BackendName | undefined {
  switch (name) {
    case 'tfjs-wasm':
      return simd === 'none' ? 'wasm' : `wasm-${simd}`;
    case 'tfjs-cpu':
      return 'cpu';
    case 'reference':
      return 'reference';
    default:
      return undefined;
  }
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

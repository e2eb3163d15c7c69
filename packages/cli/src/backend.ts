import { type Backend, type BackendInfo, createReferenceBackend } from '@softmoe/backend';
import { type Config, ConfigError } from '@softmoe/lab';
import { hasOwnGates } from '@softmoe/model/checks';
import { Option } from 'commander';
import { loadTfjs } from './load-packages.ts';

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
 * The backend of a run. The exact engine needs none, and TensorFlow.js is loaded only for one of its own; a gate or an
 * expert of the user's own is computed by the reference. Throws a typed error when it can't start: there is no other backend
 * in its place.
 */
export async function openBackend(config: Config, name?: BackendName): Promise<Backend> {
  const { engine } = config;
  if (engine === 'exact') {
    if (name === undefined) return createReferenceBackend();
    throw new ConfigError('has no effect on the exact engine', {
      field: 'backend',
      value: name,
      remedy: 'Add --engine online or --engine subspace, or leave it out.',
    });
  }
  const own = ownPartOf(config);
  if (own !== undefined && name !== undefined && name !== 'reference') {
    throw new ConfigError(`computes what is built in alone, and ${own} is your own`, {
      field: 'backend',
      value: name,
      remedy: 'Leave it out, or use reference: float64 in JavaScript.',
    });
  }
  if (name === 'reference' || own !== undefined) return createReferenceBackend();
  const { createTfjsBackend } = await loadTfjs();
  if (name === 'cpu') return createTfjsBackend('cpu');
  return createTfjsBackend('wasm', { variant: variants[name ?? 'wasm'] });
}

/** The gate or the expert of the user's own that the units of a config have, in words. */
function ownPartOf({ routing, gate, expert }: Config): string | undefined {
  if (expert.kind === 'own') return `the expert ${expert.name}`;
  return hasOwnGates(routing) && typeof gate === 'object' ? `the gate ${gate.name}` : undefined;
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

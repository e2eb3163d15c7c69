import { type Backend, createReferenceBackend } from '@softmoe/backend';
import { UnknownNameError } from '@softmoe/model';
import { type ExperimentServices, experimentServices } from '@softmoe/runs';
import { loadTfjs } from './load-packages.ts';

/** Backends for tasks, by name: only those whose bits are the same on every machine. */
const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  reference: async () => createReferenceBackend(),
  'wasm-simd': async () => (await loadTfjs()).createTfjsBackend('wasm', { variant: 'simd' }),
};

/** What the tasks of sweeps and claims find in worker threads. */
export const services: ExperimentServices = experimentServices(async (name) => {
  const open = backends[name];
  if (open) return open();
  throw new UnknownNameError('is no backend for tasks', {
    field: 'backend',
    value: name,
    remedy: `Use one of ${Object.keys(backends).join(', ')}.`,
  });
});

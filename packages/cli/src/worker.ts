import { type Backend, createReferenceBackend } from '@softmoe/backend';
import { claimFunctions } from '@softmoe/claims';
import { UnknownNameError } from '@softmoe/model';
import { experimentFunctions, experimentServices } from '@softmoe/runs';
import { createTaskWorker, type TaskWorker } from '@softmoe/tasks';
import { loadTfjs } from './backend.ts';

/** Backends for tasks, by name: only those whose bits are the same on every machine. */
const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  reference: async () => createReferenceBackend(),
  'wasm-simd': async () => (await loadTfjs()).createTfjsBackend('wasm', { variant: 'simd' }),
};

/** What worker threads run: the tasks of sweeps and claims. */
const worker: TaskWorker = createTaskWorker({
  functions: { ...claimFunctions, ...experimentFunctions },
  services: experimentServices(async (name) => {
    const open = backends[name];
    if (open) return open();
    throw new UnknownNameError('is no backend for tasks', {
      field: 'backend',
      value: name,
      remedy: `Use one of ${Object.keys(backends).join(', ')}.`,
    });
  }),
});

export default worker;

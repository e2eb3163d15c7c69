import { type Backend, createReferenceBackend } from '@softmoe/backend';
import { UnsupportedError } from '@softmoe/model';

/** What the task of an experiment needs beside its config. */
export interface ExperimentServices {
  /** The backend of that name, for engines that sample; the worker owns it. */
  openBackend(name: string): Promise<Backend>;
}

/** Services that open each backend once and keep it. */
export function experimentServices(open: (name: string) => Promise<Backend>): ExperimentServices {
  const opened = new Map<string, Promise<Backend>>();
  return {
    openBackend(name) {
      const backend = opened.get(name) ?? open(name);
      opened.set(name, backend);
      return backend;
    },
  };
}

/** Services that have the float64 reference backend alone. */
export const referenceServices: ExperimentServices = experimentServices(async (name) => {
  if (name === 'reference') return createReferenceBackend();
  throw new UnsupportedError('is not here', {
    field: 'backend',
    value: name,
    remedy:
      'Use the worker of the command softmoe, or experimentKinds with experimentServices of your own.',
  });
});

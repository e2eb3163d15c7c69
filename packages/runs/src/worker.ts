import { type ModuleExport, type TaskWorker, threadModule } from '@softmoe/tasks';
import { EXPERIMENT } from './experiment-task.ts';

/** What a worker does the tasks of sweeps with: `services` is an export that `experimentServices` made. */
export function experimentKinds(services: ModuleExport): TaskWorker {
  const module = threadModule('./experiment-task.js', import.meta.url);
  return { [EXPERIMENT]: { module, name: 'runExperimentTask', services } };
}

/** Services for workers of the exact engine alone. */
export const referenceServices: ModuleExport = {
  module: threadModule('./experiment-services.js', import.meta.url),
  name: 'referenceServices',
};

/**
 * A worker for `createTaskPool`, as it stands: it runs experiments on the exact engine. For engines that sample give
 * {@link experimentKinds} services of your own, which open the backend of your choice.
 */
const worker: TaskWorker = experimentKinds(referenceServices);

export default worker;

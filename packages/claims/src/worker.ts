import { experimentFunctions, referenceServices } from '@softmoe/runs';
import { createTaskWorker, type TaskWorker } from '@softmoe/tasks';
import { claimFunctions } from './measurements/measurements.ts';

/**
 * A worker module for `createTaskPool`, as it stands: it measures what claims rest on, on the exact engine. The claims that
 * sample need a worker of one's own that opens a backend for them.
 */
const worker: TaskWorker = createTaskWorker({
  functions: { ...claimFunctions, ...experimentFunctions },
  services: referenceServices,
});

export default worker;

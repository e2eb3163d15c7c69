import { createTaskWorker, type TaskWorker } from '@softmoe/tasks';
import { experimentFunctions, referenceServices } from './experiment-task.ts';

/**
 * A worker module for `createTaskPool`, as it stands: it runs experiments on the exact engine. For engines that sample write
 * one of your own that opens the backend of your choice.
 */
const worker: TaskWorker = createTaskWorker({
  functions: experimentFunctions,
  services: referenceServices,
});

export default worker;

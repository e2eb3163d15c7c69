import { createReferenceBackend } from '@softmoe/backend';
import { UnsupportedError } from '@softmoe/model';
import { taskFunctions } from './experiment-task.ts';
import { createTaskWorker, type TaskWorker } from './tasks/task-worker.ts';

/**
 * A worker module for `createTaskPool`, as it stands: it does the tasks that the lab knows, on the exact engine. For engines that
 * sample write one of your own that opens the backend of your choice.
 */
const worker: TaskWorker = createTaskWorker({
  functions: taskFunctions,
  async openBackend(name) {
    if (name === 'reference') return createReferenceBackend();
    throw new UnsupportedError('is not here', {
      field: 'backend',
      value: name,
      remedy:
        'Use the worker of the command softmoe, or createTaskWorker with an openBackend of your own.',
    });
  },
});

export default worker;

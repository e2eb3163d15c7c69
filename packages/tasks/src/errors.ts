import { fileURLToPath } from 'node:url';
import { SoftmoeError } from '@softmoe/model';

/** A folder of records cannot be read or written, or one of its files is not what its name says. */
export class StoreError extends SoftmoeError {
  override readonly name = 'StoreError';
}

/** A worker could not be started, or died at work. */
export class WorkerError extends SoftmoeError {
  override readonly name = 'WorkerError';
}

/** Code that a worker needs is missing or broken. */
export function cannotStart(module: URL, cause: Error): WorkerError {
  return new WorkerError(
    'cannot be started',
    {
      field: 'worker',
      value: fileURLToPath(module),
      remedy: `Check that the module is there and that everything it imports is built and installed (${cause.message}).`,
    },
    { cause },
  );
}

/** A task cannot be done: its kind is unknown, or its output is not plain JSON. */
export class TaskFailure extends SoftmoeError {
  override readonly name = 'TaskFailure';
}

/** Tasks were stopped by their signal. What was recorded stays; the same call goes on from there. */
export class TasksInterruptedError extends SoftmoeError {
  override readonly name = 'TasksInterruptedError';
}

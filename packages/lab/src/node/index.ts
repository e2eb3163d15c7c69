export { recordLine } from '../record-line.ts';
export * from './claims/index.ts';
export { EXPERIMENT, taskFunctions } from './experiment-task.ts';
export {
  createRunFolder,
  type RunFolder,
  RunFolderError,
  resumeRunFolder,
} from './run-folder.ts';
export type {
  Task,
  TaskContext,
  TaskEnvironment,
  TaskError,
  TaskFunction,
  TaskOutcome,
  TaskRecord,
} from './task.ts';
export {
  StoreError,
  TaskFailure,
  TasksInterruptedError,
  WorkerError,
} from './tasks/errors.ts';
export type { TaskProgress } from './tasks/progress.ts';
export { type RunTasksOptions, recordTask, runTasks } from './tasks/run-tasks.ts';
export { taskId } from './tasks/task-id.ts';
export { createTaskPool, type TaskPool, type TaskPoolOptions } from './tasks/task-pool.ts';
export { openTaskStore, type TaskStore } from './tasks/task-store.ts';
export {
  createTaskWorker,
  type TaskWorker,
  type TaskWorkerOptions,
} from './tasks/task-worker.ts';

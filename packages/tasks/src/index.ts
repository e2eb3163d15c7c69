export { codeHash } from './code-hash.ts';
export { StoreError, TaskFailure, TasksInterruptedError, WorkerError } from './errors.ts';
export type { TaskProgress } from './progress.ts';
export { type RunTasksOptions, recordTask, runTasks, taskEnvironment } from './run-tasks.ts';
export type {
  Task,
  TaskContext,
  TaskEnvironment,
  TaskError,
  TaskFunction,
  TaskOutcome,
  TaskRecord,
} from './task.ts';
export { taskId } from './task-id.ts';
export { type LedgerOptions, openTaskLedger, type TaskLedger } from './task-ledger.ts';
export { createTaskPool, type TaskPool, type TaskPoolOptions } from './task-pool.ts';
export { openTaskStore, type TaskStore } from './task-store.ts';
export { createTaskWorker, type TaskWorker, type TaskWorkerOptions } from './task-worker.ts';

export { codeOf, type WorkerCode } from './code-hash.ts';
export { StoreError, TaskFailure, TasksInterruptedError, WorkerError } from './errors.ts';
export type { TaskProgress } from './progress.ts';
export { type RunTasksOptions, recordTask, runTasks, taskEnvironment } from './run-tasks.ts';
export type {
  ModuleExport,
  Task,
  TaskContext,
  TaskFunction,
  TaskKind,
  TaskWorker,
} from './task.ts';
export { taskId } from './task-id.ts';
export { type LedgerOptions, openTaskLedger, type TaskLedger } from './task-ledger.ts';
export { createTaskPool, type TaskPool, type TaskPoolOptions, threadModule } from './task-pool.ts';
export type { TaskOutcome } from './task-record.ts';
export {
  TASK_RECORD_FORMAT,
  type TaskEnvironment,
  type TaskError,
  type TaskRecord,
} from './task-record.ts';
export { openTaskStore, type TaskStore } from './task-store.ts';

export { codeOf, type WorkerCode } from './code-hash.ts';
export { StoreError, TaskFailure, TasksInterruptedError, WorkerError } from './errors.ts';
export { type GitState, gitState, gitStateSchema } from './git-state.ts';
export { type RunTasksOptions, recordTask, runTasks, taskEnvironment } from './run-tasks.ts';
export type {
  ModuleExport,
  Task,
  TaskContext,
  TaskFunction,
  TaskKind,
  TaskWorker,
} from './task.ts';
export {
  type LedgerOptions,
  openTaskLedger,
  type TaskLedger,
  type TaskProgress,
} from './task-ledger.ts';
export { createTaskPool, type TaskPool, type TaskPoolOptions, threadModule } from './task-pool.ts';
export type { TaskOutcome } from './task-record.ts';
export {
  TASK_RECORD_FORMAT,
  type TaskEnvironment,
  type TaskError,
  type TaskRecord,
  taskId,
} from './task-record.ts';
export { openTaskStore, type TaskStore } from './task-store.ts';

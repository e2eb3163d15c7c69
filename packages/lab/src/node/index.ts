export { recordLine } from '../record-line.ts';
export { RunFolderError } from './errors.ts';
export { EXPERIMENT, taskFunctions } from './experiment-task.ts';
export { exportRun } from './export-run.ts';
export { readRecords } from './read-records.ts';
export { findRuns, type Run, readModel, readRun } from './read-run.ts';
export { createRunFolder, type RunFolder, resumeRunFolder } from './run-folder.ts';
export { type SweepCell, sweepCells } from './sweep/cells.ts';
export { exampleSweep, type SweepDefinition, sweepJsonSchema } from './sweep/definition.ts';
export { SweepError } from './sweep/errors.ts';
export { getField } from './sweep/fields.ts';
export { exportSweep, resultFiles, resultRow, writeResults } from './sweep/results-table.ts';
export { inShard, parseShard, type Shard } from './sweep/shard.ts';
export {
  describeValues,
  formatValue,
  parseSweep,
  type Sweep,
  type SweepRun,
} from './sweep/sweep.ts';
export {
  mergeSweeps,
  openSweepFolder,
  readDefinition,
  readSweep,
  type SweepRecord,
  type SweepResults,
} from './sweep/sweep-folder.ts';
export type {
  Task,
  TaskContext,
  TaskEnvironment,
  TaskError,
  TaskFunction,
  TaskOutcome,
  TaskRecord,
} from './task.ts';
export { codeHash } from './tasks/code-hash.ts';
export {
  StoreError,
  TaskFailure,
  TasksInterruptedError,
  WorkerError,
} from './tasks/errors.ts';
export type { TaskProgress } from './tasks/progress.ts';
export { type RunTasksOptions, recordTask, runTasks, taskEnvironment } from './tasks/run-tasks.ts';
export { taskId } from './tasks/task-id.ts';
export { type LedgerOptions, openTaskLedger, type TaskLedger } from './tasks/task-ledger.ts';
export { createTaskPool, type TaskPool, type TaskPoolOptions } from './tasks/task-pool.ts';
export { openTaskStore, type TaskStore } from './tasks/task-store.ts';
export {
  createTaskWorker,
  type TaskWorker,
  type TaskWorkerOptions,
} from './tasks/task-worker.ts';

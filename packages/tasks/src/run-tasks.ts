import { readFileSync } from 'node:fs';
import { type GitState, gitState } from './git-state.ts';
import type { Task } from './task.ts';
import { type LedgerOptions, openTaskLedger } from './task-ledger.ts';
import type { TaskPool } from './task-pool.ts';
import {
  TASK_RECORD_FORMAT,
  type TaskEnvironment,
  type TaskRecord,
  taskId,
} from './task-record.ts';

/** Where tasks are done and recorded, who hears of it, and what stops them. */
export interface RunTasksOptions extends LedgerOptions {
  readonly pool: TaskPool;
  /** Once aborted, the tasks in flight are ended and not recorded, and no other one starts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does every task that the store has no record of, and returns the records of all, in the order of `tasks`. A task that
 * throws or whose worker dies is recorded as failed, and the others go on. Throws `TasksInterruptedError` once aborted,
 * `StoreError` and `WorkerError`.
 */
export async function runTasks(
  tasks: readonly Task[],
  { pool, signal, ...options }: RunTasksOptions,
): Promise<TaskRecord[]> {
  const ledger = await openTaskLedger(tasks, pool.codeOf, options);
  const report = () => ledger.report(pool.concurrency);
  const stop = new AbortController();
  const ended = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const waiting = [...ledger.missing];
  const lane = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      ledger.started(id);
      report();
      await ledger.ended(await recordTask(pool, ledger.task(id), ended));
    }
    report();
  };
  report();
  const lanes = Array.from({ length: pool.concurrency }, lane);
  try {
    await Promise.all(lanes);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(lanes);
    throw signal?.aborted ? ledger.interrupted() : error;
  }
  return ledger.records();
}

/** Does one task in a pool and tells what is to be recorded. Rejects when the signal aborts. */
export async function recordTask(
  pool: TaskPool,
  task: Task,
  signal?: AbortSignal,
): Promise<TaskRecord> {
  const code = pool.codeOf(task.kind);
  const { seconds, ...outcome } = await pool.run(task, signal);
  return {
    format: TASK_RECORD_FORMAT,
    id: taskId(task, code),
    code,
    kind: task.kind,
    input: task.input,
    endedAt: new Date().toISOString(),
    seconds,
    environment: await environmentWithGit(),
    ...outcome,
  };
}

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** Where and with what tasks run in this process. */
export const taskEnvironment: TaskEnvironment = {
  node: process.version,
  softmoe: version,
  platform: process.platform,
  arch: process.arch,
};

let state: Promise<GitState | undefined> | undefined;

/** {@link taskEnvironment} with the git state of the folder that this process works in, as of its first task. */
async function environmentWithGit(): Promise<TaskEnvironment> {
  state ??= gitState();
  const git = await state;
  return git ? { ...taskEnvironment, git } : taskEnvironment;
}

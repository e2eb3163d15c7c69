import { readFileSync } from 'node:fs';
import type { Task, TaskEnvironment, TaskRecord } from '../task.ts';
import { TasksInterruptedError } from './errors.ts';
import { secondsLeft, type TaskProgress } from './progress.ts';
import { taskId } from './task-id.ts';
import type { TaskPool } from './task-pool.ts';
import type { TaskStore } from './task-store.ts';

export interface RunTasksOptions {
  readonly store: TaskStore;
  readonly pool: TaskPool;
  /** Once aborted, the tasks in flight are ended and not recorded, and no other one starts. */
  readonly signal?: AbortSignal | undefined;
  /** Does those again that failed before (default: false). */
  readonly retryFailed?: boolean | undefined;
  /** Called with every record: first with those that the store holds, then as tasks end. */
  readonly onRecord?: ((record: TaskRecord, from: 'store' | 'run') => void) | undefined;
  /** Called when a task starts or ends. */
  readonly onProgress?: ((progress: TaskProgress) => void) | undefined;
}

/**
 * Does every task that the store has no record of, and returns the records of all, in the order of `tasks` (one for tasks that
 * are equal). A task that throws or whose worker dies is recorded as failed, and the others go on. Throws
 * {@link TasksInterruptedError} once aborted, `StoreError` and `WorkerError`.
 */
export async function runTasks(
  tasks: readonly Task[],
  { store, pool, signal, retryFailed = false, onRecord, onProgress }: RunTasksOptions,
): Promise<TaskRecord[]> {
  const planned = new Map(tasks.map((task) => [taskId(task, pool.code), task]));
  const records = new Map<string, TaskRecord>();
  const waiting: string[] = [];
  for (const id of planned.keys()) {
    const held = await store.get(id);
    if (!held || (retryFailed && held.status === 'failed')) waiting.push(id);
    else {
      records.set(id, held);
      onRecord?.(held, 'store');
    }
  }
  const held = records.size;
  let failed = [...records.values()].filter(({ status }) => status === 'failed').length;
  let running = 0;
  let spent = 0;
  const report = () => {
    const left = { waiting: waiting.length, running, concurrency: pool.concurrency };
    onProgress?.({
      total: planned.size,
      held,
      done: records.size - failed,
      failed,
      running,
      secondsLeft: secondsLeft({ ...left, ended: records.size - held, spent }),
    });
  };
  const stop = new AbortController();
  const ended = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const lane = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      running++;
      report();
      const record = await recordTask(pool, planned.get(id)!, ended);
      await store.put(record);
      running--;
      spent += record.seconds;
      if (record.status === 'failed') failed++;
      records.set(id, record);
      onRecord?.(record, 'run');
    }
    report();
  };
  report();
  try {
    const lanes = Array.from({ length: pool.concurrency }, lane);
    await Promise.all(lanes).catch(async (error: unknown) => {
      stop.abort(error);
      await Promise.allSettled(lanes);
      throw error;
    });
  } catch (error) {
    if (signal?.aborted) throw interrupted(records.size, planned.size);
    throw error;
  }
  return tasks.map((task) => records.get(taskId(task, pool.code))!);
}

/** Does one task in a pool and tells what is to be recorded. Rejects when the signal aborts. */
export async function recordTask(
  pool: TaskPool,
  task: Task,
  signal?: AbortSignal,
): Promise<TaskRecord> {
  const { seconds, ...outcome } = await pool.run(task, signal);
  return {
    id: taskId(task, pool.code),
    code: pool.code,
    kind: task.kind,
    input: task.input,
    endedAt: new Date().toISOString(),
    seconds,
    environment,
    ...outcome,
  };
}

const { version } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { version: string };

const environment: TaskEnvironment = {
  node: process.version,
  softmoe: version,
  platform: process.platform,
  arch: process.arch,
};

function interrupted(recorded: number, total: number): TasksInterruptedError {
  return new TasksInterruptedError('was aborted', {
    field: 'signal',
    value: `${recorded} of ${total} tasks recorded`,
    remedy: 'Run the same tasks with the same store to go on.',
  });
}

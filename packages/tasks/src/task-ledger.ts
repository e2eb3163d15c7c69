import { TasksInterruptedError } from './errors.ts';
import { secondsLeft, type TaskProgress } from './progress.ts';
import type { Task } from './task.ts';
import { taskId } from './task-id.ts';
import type { TaskRecord } from './task-record.ts';
import type { TaskStore } from './task-store.ts';

export interface LedgerOptions {
  readonly store: TaskStore;
  /** Does those again that failed before (default: false). */
  readonly retryFailed?: boolean | undefined;
  /** Called with every record: first with those that the store holds, then as tasks end. */
  readonly onRecord?: ((record: TaskRecord, from: 'store' | 'run') => void) | undefined;
  /** Called when a task starts or ends. */
  readonly onProgress?: ((progress: TaskProgress) => void) | undefined;
}

/** Which of a set of tasks are recorded, running or still to do, whoever does them. */
export interface TaskLedger {
  /** Ids of the tasks to do, in order; equal tasks once. */
  readonly missing: readonly string[];
  task(id: string): Task;
  started(id: string): void;
  /** A task that started goes back to those that wait. */
  putBack(id: string): void;
  /** Keeps the record of a task that ended, in the store first. */
  ended(record: TaskRecord): Promise<void>;
  /** Tells where things stand, with the tasks that can run at a time. */
  report(concurrency: number): void;
  /** The records of all tasks, in their order. */
  records(): TaskRecord[];
  interrupted(): TasksInterruptedError;
}

/** Looks up in the store what is done of `tasks` with the code that `codeOf` tells of each kind. */
export async function openTaskLedger(
  tasks: readonly Task[],
  codeOf: (kind: string) => string,
  { store, retryFailed = false, onRecord, onProgress }: LedgerOptions,
): Promise<TaskLedger> {
  const ids = tasks.map((task) => taskId(task, codeOf(task.kind)));
  const planned = new Map(ids.map((id, i) => [id, tasks[i]!]));
  const records = new Map<string, TaskRecord>();
  for (const id of planned.keys()) {
    const record = await store.get(id);
    if (!record || (retryFailed && record.status === 'failed')) continue;
    records.set(id, record);
    onRecord?.(record, 'store');
  }
  const held = records.size;
  const missing = [...planned.keys()].filter((id) => !records.has(id));
  const running = new Set<string>();
  let failed = [...records.values()].filter(({ status }) => status === 'failed').length;
  let spent = 0;
  return {
    missing,
    task: (id) => planned.get(id)!,
    started: (id) => running.add(id),
    putBack: (id) => running.delete(id),
    async ended(record) {
      await store.put(record);
      running.delete(record.id);
      records.set(record.id, record);
      spent += record.seconds;
      if (record.status === 'failed') failed++;
      onRecord?.(record, 'run');
    },
    report(concurrency) {
      const ended = records.size - held;
      const waiting = missing.length - ended - running.size;
      onProgress?.({
        total: planned.size,
        held,
        done: records.size - failed,
        failed,
        running: running.size,
        secondsLeft: secondsLeft({ ended, spent, waiting, running: running.size, concurrency }),
      });
    },
    records: () => ids.map((id) => records.get(id)!),
    interrupted: () =>
      new TasksInterruptedError('was aborted', {
        field: 'signal',
        value: `${records.size} of ${planned.size} tasks recorded`,
        remedy: 'Run the same tasks with the same store to go on.',
      }),
  };
}

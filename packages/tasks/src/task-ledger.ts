import { TasksInterruptedError } from './errors.ts';
import type { Task } from './task.ts';
import { type TaskRecord, taskId } from './task-record.ts';
import type { TaskStore } from './task-store.ts';

/** Where tasks are recorded, and who hears of it. */
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
  const identified = tasks.map((task) => [taskId(task, codeOf(task.kind)), task] as const);
  const planned = new Map(identified);
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
    records: () => identified.map(([id]) => records.get(id)!),
    interrupted: () =>
      new TasksInterruptedError('was aborted', {
        field: 'signal',
        value: `${records.size} of ${planned.size} tasks recorded`,
        remedy: 'Run the same tasks with the same store to go on.',
      }),
  };
}

/** How far a set of tasks has come. */
export interface TaskProgress {
  readonly total: number;
  /** Tasks that the store held at the start; they count as done or failed, too. */
  readonly held: number;
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  /** Estimate of the time until all have ended; undefined until one has. */
  readonly secondsLeft: number | undefined;
}

/**
 * The time left, if the tasks to come take as long as those that ended: `ended` tasks took `spent` seconds in all, each
 * in one of `concurrency` lanes. Those that run are half done on average, and the last ones cannot fill every lane.
 */
export function secondsLeft(state: {
  readonly ended: number;
  readonly spent: number;
  readonly waiting: number;
  readonly running: number;
  readonly concurrency: number;
}): number | undefined {
  const { ended, spent, waiting, running, concurrency } = state;
  if (waiting + running === 0) return 0;
  if (ended === 0) return undefined;
  const lanes = Math.min(concurrency, waiting + running);
  return ((spent / ended) * (waiting + running / 2)) / lanes;
}

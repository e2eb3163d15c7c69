import { recordTask, type TaskPool, type TaskRecord } from '@softmoe/tasks';
import { WaitingError, Worker } from 'bullmq';
import { connect, type QueueAddress } from './connect.ts';
import { QueueError } from './errors.ts';
import type { QueuedTask, TaskJob } from './queued-task.ts';

export interface ServeOptions {
  readonly queue: QueueAddress;
  /** Does the tasks; as many at a time as it has threads. */
  readonly pool: TaskPool;
  /** Once aborted, the tasks under way go back to the queue and the promise resolves. */
  readonly signal: AbortSignal;
  /**
   * Seconds that the lock on a task holds; it is renewed while its worker lives (default: 20). Others take the task over at most
   * one and a half times as long after its worker has died.
   */
  readonly lockSeconds?: number | undefined;
  /** How often a task is taken over; one whose workers die more often is recorded as failed (default: 3). */
  readonly maxTakeovers?: number | undefined;
  /** Called once tasks can be taken. */
  readonly onReady?: (() => void) | undefined;
  /** Called with the record of every task that was done here. */
  readonly onRecord?: ((record: TaskRecord) => void) | undefined;
  /** Called when the connection has trouble, and mends itself. */
  readonly onWarning?: ((error: Error) => void) | undefined;
}

/**
 * Takes tasks from a queue and does them, until its signal aborts. Throws {@link QueueError} when the server cannot be
 * reached or a task expects other code, and what the pool throws when its workers cannot be started; the task under
 * way goes back to the queue.
 */
export async function serveTasks(options: ServeOptions): Promise<void> {
  const { queue, pool, signal, lockSeconds = 20, maxTakeovers = 3 } = options;
  const { name, options: connection } = await connect(queue);
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const work = async (job: TaskJob, token?: string) => {
    try {
      ended.throwIfAborted();
      checkCode(job.data, pool);
      const record = await recordTask(pool, job.data.task, ended);
      options.onRecord?.(record);
      return record;
    } catch (error) {
      stop.abort(error);
      await job.moveToWait(token);
      throw new WaitingError();
    }
  };
  const worker = new Worker<QueuedTask, TaskRecord>(name, work, {
    ...connection,
    concurrency: pool.concurrency,
    lockDuration: 1000 * lockSeconds,
    stalledInterval: 500 * lockSeconds,
    maxStalledCount: maxTakeovers,
  });
  worker.on('error', (error) => options.onWarning?.(error));
  try {
    await worker.waitUntilReady();
    options.onReady?.();
    if (!ended.aborted) await new Promise((resolve) => ended.addEventListener('abort', resolve));
  } finally {
    await worker.close();
  }
  if (!signal.aborted) throw stop.signal.reason;
}

function checkCode({ code, task }: QueuedTask, pool: TaskPool): void {
  const own = pool.codeOf(task.kind);
  if (code === own) return;
  throw new QueueError('is not that of the sweep, whose results would not be the same', {
    field: 'code',
    value: own.slice(0, 12),
    remedy: `Install here the version of softmoe that the sweep runs with (code ${code.slice(0, 12)}), or give each version a queue of its own.`,
  });
}

import { setTimeout as pause } from 'node:timers/promises';
import { recordTask, type TaskPool, type TaskRecord } from '@softmoe/tasks';
import { WaitingError, Worker } from 'bullmq';
import { connect, type QueueAddress, type QueuedTask, type TaskJob } from './connect.ts';
import { isOfServer, isReply, onceEach, QueueError, serverError } from './server-errors.ts';

/** Where a worker takes tasks, what does them, and how long it holds them. */
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
  /** Called when the server or the way to it has trouble: tries go on, further and further apart. A message comes once. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Takes tasks from a queue and does them, until its signal aborts. Throws {@link QueueError} when the server cannot be
 * reached or used, or a task expects other code, and what the pool throws when its workers cannot be started; the task under
 * way goes back to the queue.
 */
export async function serveTasks(options: ServeOptions): Promise<void> {
  const { queue, pool, signal, lockSeconds = 20, maxTakeovers = 3 } = options;
  const { name, options: connection, server, check } = await connect(queue);
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
  const warn = onceEach((message) => options.onWarning?.(message));
  const wordsOf = (error: Error) =>
    (isOfServer(error) ? serverError(error, server) : error).message;
  const rest = createRest(worker, check, ended, (error) => warn(wordsOf(error)));
  worker.on('error', (error) => {
    warn(wordsOf(error));
    if (isReply(error)) rest();
  });
  try {
    await worker.waitUntilReady().catch((error) => {
      throw serverError(error, server);
    });
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

/** Milliseconds that a worker waits after its server has refused a command: first, and at most. */
const REST = { first: 1000, most: 30_000 };

/**
 * What makes a worker rest while its server refuses its commands: BullMQ would send the next one at once. It takes tasks again when
 * the server can be used; each rest is twice as long as the one before, unless that is long past.
 */
function createRest(
  worker: Worker,
  check: () => Promise<void>,
  signal: AbortSignal,
  warn: (error: Error) => void,
): () => Promise<void> {
  let resting = false;
  let ended = -Infinity;
  let time = REST.first;
  return async () => {
    if (resting || signal.aborted) return;
    resting = true;
    if (performance.now() - ended > 2 * REST.most) time = REST.first;
    await worker.pause(true);
    for (let usable = false; !usable && !signal.aborted; time = Math.min(2 * time, REST.most)) {
      await pause(time, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      usable = await check().then(
        () => true,
        (error) => {
          warn(error);
          return false;
        },
      );
    }
    resting = false;
    ended = performance.now();
    await worker.resume();
  };
}

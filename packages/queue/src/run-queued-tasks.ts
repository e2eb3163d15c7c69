import {
  type LedgerOptions,
  openTaskLedger,
  TASK_RECORD_FORMAT,
  type Task,
  type TaskLedger,
  type TaskRecord,
  taskEnvironment,
} from '@softmoe/tasks';
import { Queue, QueueEvents } from 'bullmq';
import { connect, JOB, type QueueAddress, type QueuedTask, type TaskJob } from './connect.ts';
import { isOfServer, onceEach, QueueError, serverError } from './server-errors.ts';

/** Where tasks wait and are recorded, which code must do them, and who hears of it. */
export interface QueuedTasksOptions extends LedgerOptions {
  readonly queue: QueueAddress;
  /** Hash of the code that the workers must have for tasks of a kind: `codeOf` of a pool, or `hashOf` of `codeOf(worker)`. */
  readonly codeOf: (kind: string) => string;
  /** Once aborted, tasks that no worker has begun are withdrawn. The others' results wait in the queue for the next start. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the server or the way to it has trouble, and when there is no worker. A message comes once. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** Milliseconds between looks at all tasks that are out: events say so at once, but may be lost with a connection. */
const LOOK_EVERY = 10_000;

/** How long results that nobody collects stay in the queue, in seconds. */
const KEEP = 30 * 24 * 3600;

/**
 * Puts every task that the store has no record of in a queue, and keeps the records that workers make of them; returns
 * the records of all, in the order of `tasks`. The id of a job is that of its record, so that a task is in the queue once,
 * whoever puts it there, and its result is found again by a later start. Throws `TasksInterruptedError` once
 * aborted, `StoreError` and {@link QueueError}.
 */
export async function runQueuedTasks(
  tasks: readonly Task[],
  { queue: address, codeOf, signal, onWarning, ...options }: QueuedTasksOptions,
): Promise<TaskRecord[]> {
  const ledger = await openTaskLedger(tasks, codeOf, options);
  ledger.report(1);
  if (ledger.missing.length === 0) return ledger.records();
  const { name, options: connection, server } = await connect(address);
  const queue = new Queue<QueuedTask, TaskRecord>(name, connection);
  const events = new QueueEvents(name, connection);
  const say = onceEach((message) => onWarning?.(message));
  const warn = (error: Error) => say(typed(error).message);
  const typed = (error: Error) => (isOfServer(error) ? serverError(error, server) : error);
  queue.on('error', warn);
  events.on('error', warn);
  const collection = createCollection(ledger, queue, codeOf);
  let timer: NodeJS.Timeout | undefined;
  try {
    events.on('active', ({ jobId }) => collection.started(jobId));
    events.on('waiting', ({ jobId }) => collection.putBack(jobId));
    events.on('stalled', ({ jobId }) => collection.putBack(jobId));
    events.on('completed', ({ jobId }) => collection.look(jobId));
    events.on('failed', ({ jobId }) => collection.look(jobId));
    await events.waitUntilReady();
    if (options.retryFailed) for (const id of ledger.missing) await queue.remove(id);
    await addTasks(queue, ledger, ledger.missing, codeOf);
    let alone = false;
    const lookAtAll = async () => {
      collection.lookAtAll();
      // Events are lost that come before the first one is waited for, and while the server is away.
      for (const { id } of await queue.getActive()) collection.started(id!);
      const before = alone;
      alone = (await queue.getWorkersCount()) === 0;
      if (before || !alone) return;
      onWarning?.(
        'no worker takes tasks from this queue; start one with: softmoe worker --queue URL',
      );
    };
    timer = setInterval(() => lookAtAll().catch(warn), LOOK_EVERY);
    await lookAtAll();
    await Promise.race([collection.complete, abortOf(signal)]);
  } catch (error) {
    if (!signal?.aborted) throw typed(error as Error);
    await collection.withdraw().catch(warn);
    throw ledger.interrupted();
  } finally {
    clearInterval(timer);
    await collection.idle();
    await Promise.all([events.close(), queue.close()]);
  }
  return ledger.records();
}

/** Puts tasks in the queue, except those that are there already. */
async function addTasks(
  queue: Queue,
  ledger: TaskLedger,
  ids: readonly string[],
  codeOf: (kind: string) => string,
): Promise<void> {
  const keep = { age: KEEP };
  await queue.addBulk(
    ids.map((id) => {
      const task = ledger.task(id);
      const data: QueuedTask = { task, code: codeOf(task.kind) };
      return { name: JOB, data, opts: { jobId: id, removeOnComplete: keep, removeOnFail: keep } };
    }),
  );
}

interface Collection {
  /** Resolves once every task has a record; rejects when one cannot be kept. */
  readonly complete: Promise<void>;
  started(id: string): void;
  putBack(id: string): void;
  /** Collects the result of a task that has ended. */
  look(id: string): void;
  lookAtAll(): void;
  /** Takes tasks back that nobody has begun. */
  withdraw(): Promise<void>;
  /** Resolves once no look is under way. */
  idle(): Promise<void>;
}

/** The tasks that are out, each of which is collected once. */
function createCollection(
  ledger: TaskLedger,
  queue: Queue,
  codeOf: (kind: string) => string,
): Collection {
  const out = new Set(ledger.missing);
  const active = new Set<string>();
  const looks = new Map<string, Promise<void>>();
  let settle: { resolve: () => void; reject: (error: unknown) => void };
  const complete = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  complete.catch(() => {});
  const report = () => ledger.report(Math.max(1, active.size));
  const collect = async (id: string) => {
    if (!out.has(id)) return;
    const job: TaskJob | undefined = await queue.getJob(id);
    // Another sweep with the same task has collected or withdrawn it.
    if (!job) return addTasks(queue, ledger, [id], codeOf);
    if (!job.finishedOn) return;
    await ledger.ended(recordOf(job, ledger.task(id), codeOf));
    out.delete(id);
    active.delete(id);
    await job.remove();
    report();
    if (out.size === 0) settle.resolve();
  };
  const look = (id: string) => {
    if (!out.has(id)) return;
    // One after the other: what an earlier look has just missed, this one sees.
    const before = looks.get(id) ?? Promise.resolve();
    looks.set(
      id,
      before.then(() => collect(id)).catch((error) => settle.reject(error)),
    );
  };
  const idle = async () => {
    await Promise.all(looks.values());
  };
  return {
    complete,
    look,
    idle,
    started(id) {
      if (!out.has(id) || active.has(id)) return;
      active.add(id);
      ledger.started(id);
      report();
    },
    putBack(id) {
      if (!active.delete(id)) return;
      ledger.putBack(id);
      report();
    },
    lookAtAll() {
      for (const id of out) look(id);
    },
    async withdraw() {
      const left = [...out].filter((id) => !active.has(id));
      out.clear();
      await idle();
      for (const id of left) await queue.remove(id);
    },
  };
}

/** The record that a worker made, or one of a task whose workers died too often. */
function recordOf(job: TaskJob, task: Task, codeOf: (kind: string) => string): TaskRecord {
  const id = job.id!;
  const code = codeOf(task.kind);
  if (!job.failedReason) {
    const record = job.returnvalue;
    if (record?.id === id && record.code === code) return record;
    throw new QueueError('has a result that is not its record', {
      field: 'job',
      value: id,
      remedy: 'Let nothing but softmoe use this queue, or give it a name of its own.',
    });
  }
  return {
    format: TASK_RECORD_FORMAT,
    id,
    code,
    ...task,
    endedAt: new Date(job.finishedOn!).toISOString(),
    seconds: 0,
    environment: taskEnvironment,
    status: 'failed',
    error: { name: 'QueueError', message: `no worker survived the task: ${job.failedReason}` },
  };
}

/** Rejects when the signal aborts. */
function abortOf(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

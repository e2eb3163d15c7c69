import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openTaskStore,
  type Task,
  type TaskOutcome,
  type TaskPool,
  type TaskProgress,
  type TaskStore,
  TasksInterruptedError,
} from '@softmoe/tasks';
import { Queue, Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RedisServer, startRedisServer } from '../test/redis-server.ts';
import { type QueuedTasksOptions, runQueuedTasks } from './run-queued-tasks.ts';
import { type ServeOptions, serveTasks } from './serve-tasks.ts';
import { QueueError } from './server-errors.ts';

let server: RedisServer;
let folder: string;
let store: TaskStore;
let queue: { url: string; name: string };
let number = 0;
const serving: { stop: () => void; done: Promise<void> }[] = [];

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-queue-'));
  store = await openTaskStore(folder);
  queue = { url: server.url, name: `test-${number++}` };
});
afterEach(async () => {
  for (const { stop } of serving) stop();
  await Promise.allSettled(serving.splice(0).map(({ done }) => done));
  await rm(folder, { recursive: true, force: true });
});

/** A pool that does its tasks in this thread. */
function createPool(work: (input: number) => Promise<TaskOutcome>, code = 'code'): TaskPool {
  return {
    concurrency: 2,
    codeOf: () => code,
    async run({ input }, signal) {
      const aborted = new Promise<never>((_, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason)),
      );
      aborted.catch(() => {});
      return { ...(await Promise.race([work(input as number), aborted])), seconds: 0.5 };
    },
    close: async () => {},
  };
}

const square = async (input: number): Promise<TaskOutcome> => ({
  status: 'done',
  output: input * input,
});
const never = () => new Promise<never>(() => {});

function serve(pool: TaskPool, options: Partial<ServeOptions> = {}) {
  const abort = new AbortController();
  const done = serveTasks({ queue, pool, signal: abort.signal, ...options });
  done.catch(() => {});
  serving.push({ stop: () => abort.abort(), done });
  return { abort, done };
}

const tasks = (...inputs: number[]): Task[] => inputs.map((input) => ({ kind: 'square', input }));

function run(list: Task[], options: Partial<QueuedTasksOptions> = {}) {
  return runQueuedTasks(list, { queue, codeOf: () => 'code', store, ...options });
}

/** A worker that never ends its task nor renews its lock on it. */
function startDyingWorker() {
  const { promise: began, resolve: begin } = withResolvers();
  const worker = new Worker(
    queue.name,
    () => {
      begin();
      return never();
    },
    {
      connection: { url: server.url, maxRetriesPerRequest: null },
      lockDuration: 300,
      skipLockRenewal: true,
      skipStalledCheck: true,
    },
  );
  return { die: () => began.then(() => worker.close(true)) };
}

function withResolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function jobCounts() {
  const looked = new Queue(queue.name, { connection: { url: server.url } });
  const counts = await looked.getJobCounts('wait', 'active', 'completed', 'failed');
  await looked.close();
  return counts;
}

it('a queue lets workers do what the store lacks, keeps each record once and leaves the queue empty', async () => {
  const done: unknown[] = [];
  for (let i = 0; i < 2; i++) {
    serve(createPool(square), { onRecord: ({ input }) => done.push(input) });
  }
  let last: TaskProgress | undefined;
  const records = await run(tasks(3, 1, 2, 3), {
    onProgress: (progress) => {
      last = progress;
    },
  });
  expect(records.map((record) => record.status === 'done' && record.output)).toEqual([9, 1, 4, 9]);
  expect(done.sort()).toEqual([1, 2, 3]);
  expect(last).toMatchObject({ total: 3, held: 0, done: 3, running: 0, secondsLeft: 0 });
  expect(await store.all()).toHaveLength(3);
  expect(await jobCounts()).toEqual({ wait: 0, active: 0, completed: 0, failed: 0 });
  await run(tasks(3, 4));
  expect(done).toEqual([1, 2, 3, 4]);
});

it('runQueuedTasks needs no server for what is recorded', async () => {
  serve(createPool(square));
  const records = await run(tasks(5));
  expect(await run(tasks(5), { queue: { url: 'redis://127.0.0.1:1' } })).toEqual(records);
});

it('runQueuedTasks records failures, and does them again when told to', async () => {
  let fails = true;
  serve(
    createPool(async (input) =>
      fails ? { status: 'failed', error: { name: 'Error', message: 'no' } } : square(input),
    ),
  );
  expect(await run(tasks(2))).toMatchObject([{ status: 'failed', error: { message: 'no' } }]);
  fails = false;
  expect(await run(tasks(2))).toMatchObject([{ status: 'failed' }]);
  expect(await run(tasks(2), { retryFailed: true })).toMatchObject([{ output: 4 }]);
});

it('a worker takes over the task of one that died', async () => {
  const dying = startDyingWorker();
  const records = run(tasks(6));
  await dying.die();
  serve(createPool(square), { lockSeconds: 0.4 });
  expect(await records).toMatchObject([{ status: 'done', output: 36 }]);
});

it('a task that its workers do not survive is recorded as failed', async () => {
  const dying = startDyingWorker();
  const records = run(tasks(6));
  await dying.die();
  serve(createPool(square), { lockSeconds: 0.4, maxTakeovers: 0 });
  expect(await records).toMatchObject([
    { status: 'failed', error: { message: expect.stringMatching(/no worker survived.*stalled/) } },
  ]);
});

it('a worker with other code is refused, and another one does the task', async () => {
  const { done } = serve(createPool(square, 'other'));
  const records = run(tasks(7));
  await expect(done).rejects.toThrow(QueueError);
  await expect(done).rejects.toThrow(/code: is not that of the sweep.*"other"/);
  serve(createPool(square));
  expect(await records).toMatchObject([{ status: 'done', output: 49, code: 'code' }]);
});

it('a worker that is stopped gives its tasks back at once', async () => {
  const { abort, done } = serve(createPool(never), { lockSeconds: 600 });
  let running = 0;
  const records = run(tasks(1, 2), {
    onProgress: (progress) => {
      running = progress.running;
    },
  });
  await expect.poll(() => running).toBe(2);
  abort.abort();
  await done;
  expect(await jobCounts()).toMatchObject({ wait: 2, active: 0 });
  serve(createPool(square), { lockSeconds: 600 });
  expect(await records).toMatchObject([{ output: 1 }, { output: 4 }]);
});

it('a sweep that is stopped withdraws what nobody began when it is stopped, and finds the rest at the next start', async () => {
  const { promise: held, resolve: finish } = withResolvers();
  serve(createPool((input) => held.then(() => square(input))));
  const abort = new AbortController();
  const stopped = run(tasks(1, 2, 3, 4), {
    signal: abort.signal,
    onProgress: ({ running }) => {
      if (running === 2) abort.abort();
    },
  });
  await expect(stopped).rejects.toThrow(TasksInterruptedError);
  expect(await jobCounts()).toMatchObject({ wait: 0, active: 2 });
  finish();
  await expect.poll(jobCounts).toMatchObject({ active: 0, completed: 2 });
  const again: unknown[] = [];
  serve(createPool(square), { onRecord: ({ input }) => again.push(input) });
  const records = await run(tasks(1, 2, 3, 4));
  expect(records.map((record) => record.status === 'done' && record.output)).toEqual([1, 4, 9, 16]);
  expect(await store.all()).toHaveLength(4);
});

it('runQueuedTasks refuses a result that is not the record of the task', async () => {
  const foreign = new Worker(queue.name, async () => ({ id: 'another' }), {
    connection: { url: server.url, maxRetriesPerRequest: null },
  });
  await expect(run(tasks(1))).rejects.toThrow(/job: has a result that is not its record/);
  await foreign.close();
  expect(await store.all()).toEqual([]);
});

it.each([
  ['nobody listens', 'redis://127.0.0.1:1', /queue: cannot be reached.*Start a Redis server/],
  ['no Redis address', 'http://127.0.0.1', /queue: is not the address of a Redis server/],
  ['no address', 'localhost', /queue: is not the address/],
])('an address says that %s', async (_, url, message) => {
  await expect(run(tasks(1), { queue: { url } })).rejects.toThrow(QueueError);
  await expect(run(tasks(1), { queue: { url } })).rejects.toThrow(message);
  const signal = new AbortController().signal;
  await expect(serveTasks({ queue: { url }, pool: createPool(square), signal })).rejects.toThrow(
    message,
  );
});

it('errors hide the password', async () => {
  const url = 'redis://me:secret@127.0.0.1:1';
  await expect(run(tasks(1), { queue: { url } })).rejects.not.toThrow(/secret/);
});

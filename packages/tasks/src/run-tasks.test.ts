import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { worker } from '../test/worker.ts';
import { TasksInterruptedError } from './errors.ts';
import { secondsLeft, type TaskProgress } from './progress.ts';
import { runTasks } from './run-tasks.ts';
import { createTaskPool } from './task-pool.ts';
import { openTaskStore, type TaskStore } from './task-store.ts';

const pool = createTaskPool({ worker, concurrency: 2 });
afterAll(() => pool.close());
let folder: string;
let store: TaskStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-tasks-'));
  store = await openTaskStore(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const square = (input: number) => ({ kind: 'square', input });

it('does what the store lacks, and returns all in order', async () => {
  await runTasks([square(2), square(4)], { store, pool });
  const from: string[] = [];
  const records = await runTasks([1, 2, 3, 4, 2].map(square), {
    store,
    pool,
    onRecord: ({ input }, where) => from.push(`${input} ${where}`),
  });
  expect(records.map((record) => record.status === 'done' && record.output)).toEqual([
    1, 4, 9, 16, 4,
  ]);
  expect(from.slice(0, 2)).toEqual(['2 store', '4 store']);
  expect(from.slice(2).sort()).toEqual(['1 run', '3 run']);
  expect(await store.all()).toHaveLength(4);
  expect(records[0]).toMatchObject({
    code: pool.codeOf('square'),
    environment: { node: process.version, softmoe: expect.any(String) },
  });
});

it('records a task that fails with its reason, goes on, and does it again only when asked', async () => {
  const tasks = [square(1), { kind: 'exit', input: 3 }, { kind: 'throw', input: 9 }, square(2)];
  let last: TaskProgress | undefined;
  const onProgress = (progress: TaskProgress) => {
    last = progress;
  };
  const records = await runTasks(tasks, { store, pool, onProgress });
  expect(records.map(({ status }) => status)).toEqual(['done', 'failed', 'failed', 'done']);
  expect(last).toEqual({ total: 4, held: 0, done: 2, failed: 2, running: 0, secondsLeft: 0 });
  const runs: unknown[] = [];
  const onRecord = ({ kind }: { kind: string }, from: string) => {
    if (from === 'run') runs.push(kind);
  };
  expect(await runTasks(tasks, { store, pool, onRecord })).toEqual(records);
  expect(runs).toEqual([]);
  await runTasks(tasks, { store, pool, onRecord, retryFailed: true });
  expect(runs.sort()).toEqual(['exit', 'throw']);
});

it('ends at once when aborted, recording what had ended', async () => {
  const abort = new AbortController();
  const tasks = [square(1), { kind: 'busy', input: 0 }, { kind: 'for-ever', input: 0 }, square(2)];
  const running = runTasks(tasks, {
    store,
    pool,
    signal: abort.signal,
    onProgress: ({ done, running }) => {
      if (done === 1 && running === 2) abort.abort();
    },
  });
  await expect(running).rejects.toThrow(TasksInterruptedError);
  await expect(running).rejects.toThrow(/1 of 4/);
  expect((await store.all()).map(({ input }) => input)).toEqual([1]);
});

it('refuses tasks of an unknown kind before it does any', async () => {
  const tasks = [square(1), { kind: 'cube', input: 2 }];
  await expect(runTasks(tasks, { store, pool })).rejects.toThrow(/kind: is no kind of task/);
  expect(await store.all()).toEqual([]);
});

it('stops when a record cannot be kept, leaving no task behind', async () => {
  const full: TaskStore = { ...store, put: () => Promise.reject(new Error('disk full')) };
  await expect(
    runTasks([square(1), { kind: 'for-ever', input: 0 }, square(2)], { store: full, pool }),
  ).rejects.toThrow('disk full');
});

it('estimates the time left from what ended, by the lanes that can still be filled', () => {
  const state = { ended: 4, spent: 8, waiting: 10, running: 2, concurrency: 2 };
  expect(secondsLeft(state)).toBe(11);
  expect(secondsLeft({ ...state, waiting: 0, running: 1 })).toBe(1);
  expect(secondsLeft({ ...state, ended: 0, spent: 0 })).toBeUndefined();
  expect(secondsLeft({ ...state, waiting: 0, running: 0 })).toBe(0);
});

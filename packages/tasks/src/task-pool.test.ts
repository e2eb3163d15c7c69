import { afterAll, expect, it } from 'vitest';
import { moduleOf, worker } from '../test/worker.ts';
import { WorkerError } from './errors.ts';
import { createTaskPool } from './task-pool.ts';

const pool = createTaskPool({ worker, concurrency: 2, memory: 32 });
afterAll(() => pool.close());

it('does a task in a thread', async () => {
  expect(await pool.run({ kind: 'square', input: 3 })).toMatchObject({ status: 'done', output: 9 });
});

it.each([
  ['throw', { name: 'ValueError', field: 'load', remedy: 'Take less.' }],
  ['exit', { name: 'WorkerError', message: expect.stringMatching(/exit code 7/) }],
  ['out-of-memory', { name: 'WorkerError', message: expect.stringMatching(/memory/) }],
  ['function', { name: 'TaskFailure', message: expect.stringMatching(/JSON/) }],
  ['no such kind', { name: 'TaskFailure', field: 'kind' }],
])('tells why a task failed, and does the next: %s', async (kind, error) => {
  const outcomes = await Promise.all(
    [kind, 'square', kind, 'square'].map((kind) => pool.run({ kind, input: 7 })),
  );
  for (const failed of [outcomes[0], outcomes[2]]) {
    expect(failed).toMatchObject({ status: 'failed', error });
  }
  for (const done of [outcomes[1], outcomes[3]]) {
    expect(done).toMatchObject({ status: 'done', output: 49 });
  }
});

it.each(['for-ever', 'busy'])('ends a task when its signal aborts: %s', async (kind) => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const running = pool.run({ kind, input: 0 }, abort.signal);
  setTimeout(() => abort.abort(reason), 100);
  await expect(running).rejects.toBe(reason);
  await expect(pool.run({ kind, input: 0 }, abort.signal)).rejects.toBe(reason);
  expect(await pool.run({ kind: 'square', input: 2 })).toMatchObject({ output: 4 });
});

it('finds services in the context of the kinds that ask for them', async () => {
  expect(await pool.run({ kind: 'scaled', input: 4 })).toMatchObject({ output: 40 });
});

it('says which module cannot be loaded, and goes on with others', async () => {
  const lost = { module: moduleOf('nowhere'), name: 'square' };
  expect(() => createTaskPool({ worker: { lost }, concurrency: 1 })).toThrow(WorkerError);
  const services = { module: moduleOf('broken'), name: 'services' };
  const broken = createTaskPool({
    worker: {
      ...worker,
      broken: { module: moduleOf('broken'), name: 'square' },
      unserved: { ...worker.scaled!, services },
      misnamed: { module: moduleOf('tasks'), name: 'cube' },
    },
    concurrency: 2,
  });
  const runs = [1, 2, 3].map((input) => broken.run({ kind: 'broken', input }));
  for (const run of runs) {
    await expect(run).rejects.toThrow(WorkerError);
    await expect(run).rejects.toThrow(/worker: cannot be started.*this module is broken/);
  }
  const unserved = broken.run({ kind: 'unserved', input: 1 });
  await expect(unserved).rejects.toThrow(/worker: .*broken\.js.*this module is broken/);
  const misnamed = broken.run({ kind: 'misnamed', input: 1 });
  await expect(misnamed).rejects.toThrow(/worker: .*tasks\.js.*exports no cube/);
  expect(await broken.run({ kind: 'square', input: 3 })).toMatchObject({ output: 9 });
  await broken.close();
});

it('ends threads that failed to start before it could hear of that', async () => {
  const narrow = createTaskPool({ worker, concurrency: 2, memory: 1 });
  const failed = expect(narrow.run({ kind: 'square', input: 1 })).rejects.toThrow(WorkerError);
  await new Promise(setImmediate);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  await narrow.close();
  await failed;
});

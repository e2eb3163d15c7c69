import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSweep } from '@softmoe/runs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type RedisServer, startRedisServer } from '../../../queue/test/redis-server.ts';
import { softmoe } from '../../test/softmoe.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
let parent: string;
let server: RedisServer;
let file: string;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-queue-'));
  server = await startRedisServer();
  file = join(parent, 'small.json');
  // A teacher and a gate of one's own go with their runs: workers need no file. So do the curves with their results.
  const rows = (...at: number[]) =>
    at.map((i) => Array.from({ length: 24 }, (_, j) => (i === j ? 1 : 0)));
  const teacher = join(parent, 'mine.json');
  await writeFile(
    teacher,
    JSON.stringify({ router: rows(0, 1), expert: rows(2, 3), amplitude: [1, 1] }),
  );
  const arctan = `export default { name: 'arctan', parity: 'odd', value: Math.atan, derivative: (z) => 1 / (1 + z * z) };`;
  await writeFile(join(parent, 'arctan.mjs'), arctan);
  const gate = ['sigmoid', { module: './arctan.mjs' }];
  const grid = { students: [2, 8], gate, seed: [1, 2] };
  const base = { teacher: { file: teacher } };
  await writeFile(file, JSON.stringify({ base, keep: ['curves', 'models'], grid }));
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await server?.stop();
  await rm(parent, { recursive: true, force: true });
});

/** A worker process, once it waits for runs; `says` resolves when its stderr matches. */
async function startWorker(...options: string[]) {
  const worker = spawn(
    process.execPath,
    [main, 'worker', '--queue', server.url, '--jobs', '1', '--lock', '1', ...options],
    { stdio: ['ignore', 'inherit', 'pipe'] },
  );
  workers.push(worker);
  let text = '';
  const listeners = new Set<() => void>();
  worker.stderr.on('data', (chunk) => {
    text += String(chunk);
    for (const listener of listeners) listener();
  });
  const says = (pattern: RegExp) =>
    new Promise<void>((resolve) => {
      const listener = () => pattern.test(text) && resolve();
      listeners.add(listener);
      listener();
    });
  await says(/waiting for runs/);
  return { worker, says };
}

/** The outputs of a sweep's runs, without times, and the curves that it keeps, without the ID of the code that did them. */
async function outputs(folder: string) {
  const { code } = await softmoe('export', folder);
  expect(code).toBe(0);
  const curves = await readFile(join(folder, 'tables', 'curves.csv'), 'utf8');
  const { records, missing } = await readSweep(folder);
  expect(missing).toBe(0);
  const results = records.map((record) => {
    if (record.status === 'failed') return record.error;
    return { ...record.output, seconds: 0, timing: 0 };
  });
  return { results, curves: curves.replaceAll(/^\w{64},/gm, '') };
}

it('gives over a queue what it gives without, though a worker is killed in the middle', async () => {
  const [local, queued] = [join(parent, 'local'), join(parent, 'queued')];
  await softmoe('sweep', file, '--out', local, '--quiet');
  const dying = await startWorker();
  const running = softmoe('sweep', file, '--out', queued, '--queue', server.url);
  await dying.says(/experiment \w{8} done in/);
  dying.worker.kill('SIGKILL');
  await startWorker();
  const { code, stdout, stderr } = await running;
  expect(code).toBe(0);
  expect(stdout).toMatch(/8 of 8 runs done/);
  // Before the second one has started there is none, which is said where it takes long.
  expect(stderr.replace(/warning: no worker takes tasks .*\n/, '')).not.toMatch(/warning/);
  expect(await outputs(queued)).toEqual(await outputs(local));
});

it('ends a worker on SIGTERM', async () => {
  const { worker } = await startWorker();
  worker.kill('SIGTERM');
  expect(await once(worker, 'exit')).toEqual([143, null]);
});

it.each([
  ['sweep', () => ['sweep', file, '--out', join(parent, 'nowhere')], 4],
  ['worker', () => ['worker'], 2],
])('softmoe %s says that there is no queue', async (_, argv, expected) => {
  const { code, stderr } = await softmoe(...argv(), '--queue', 'redis://127.0.0.1:1', '--quiet');
  expect(stderr).toMatch(/^QueueError: queue: cannot be reached.*Start a Redis server/);
  expect(code).toBe(expected);
});

it.each([
  ['in the URL', ['worker', '--queue', 'redis://me:QZXJ@127.0.0.1:1']],
  ['with a slash in it', ['worker', '--queue', 'redis://me:1/QZXJ@127.0.0.1:1']],
  ['as an option', ['worker', '--queue', 'redis://127.0.0.1:1?password=QZXJ']],
  ['in the place of a sweep', ['sweep', 'redis://me:QZXJ@127.0.0.1:1']],
  ['in the place of a config', ['run', 'redis://me:QZXJ@127.0.0.1:1/a.json']],
])('prints no password that is given %s', async (_, argv) => {
  const { code, stdout, stderr } = await softmoe(...argv);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^(Queue|Config)Error: .*(redis:\/\/127\.0\.0\.1:1"|the queue's URL")/);
  expect(stderr).not.toMatch(/QZ|ZX|XJ/);
});

it('says which package queues need', async () => {
  vi.doMock('@softmoe/queue', () => {
    throw new Error('not found');
  });
  const { code, stderr } = await softmoe('worker', '--queue', server.url);
  vi.doUnmock('@softmoe/queue');
  expect(stderr).toMatch(/^UnsupportedError: @softmoe\/queue: .*npm install @softmoe\/queue/);
  expect(code).toBe(2);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { openTaskStore, type TaskPool } from '@softmoe/tasks';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RedisServer, startRedisServer } from '../test/redis-server.ts';
import { runQueuedTasks } from './run-queued-tasks.ts';
import { serveTasks } from './serve-tasks.ts';
import { onceEach, QueueError } from './server-errors.ts';

const servers: RedisServer[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-servers-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function start(...options: string[]): Promise<string> {
  const server = await startRedisServer(...options);
  servers.push(server);
  return server.url;
}

const pool: TaskPool = {
  concurrency: 1,
  codeOf: () => 'code',
  run: async ({ input }) => ({ status: 'done', output: input, seconds: 0 }),
  close: async () => {},
};

/** What a sweep and a worker say of a server. */
async function refusals(url: string): Promise<unknown[]> {
  const store = await openTaskStore(folder);
  const tasks = [{ kind: 'any', input: 1 }];
  const { signal } = new AbortController();
  const started = [
    runQueuedTasks(tasks, { queue: { url }, store, codeOf: () => 'code' }),
    serveTasks({ queue: { url }, pool, signal }),
  ];
  return Promise.all(started.map((one) => one.catch((error: unknown) => error)));
}

describe('a server that answers PING but cannot be used', () => {
  const cases: readonly [string, () => Promise<string>, RegExp][] = [
    [
      'a replica',
      async () => {
        const primary = new URL(await start());
        return start('--replicaof', primary.hostname, primary.port);
      },
      /queue: is a replica, which takes no writes \(got "redis:.*Give the address of its primary/,
    ],
    [
      'one without memory left',
      () => start('--maxmemory', '100kb', '--maxmemory-policy', 'noeviction'),
      /queue: has no memory left for tasks .*Raise its maxmemory/,
    ],
    [
      'one that evicts keys',
      () => start('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'),
      /queue: removes keys .*maxmemory-policy noeviction/,
    ],
    [
      'a node of a cluster',
      () => start('--cluster-enabled', 'yes'),
      /queue: is a node of a cluster.*cluster-enabled no/,
    ],
    [
      'one that lacks replicas to write to',
      () => start('--min-replicas-to-write', '1'),
      /queue: cannot be used .*Mend the server, .*\(NOREPLICAS/,
    ],
    [
      'one whose user has too few rights',
      () => start('--user', ...'default on nopass ~* +@read +@connection +info'.split(' ')),
      /queue: gives this user too few rights/,
    ],
    [
      'one that wants a password',
      () => start('--requirepass', 'QZXJ-1234'),
      /queue: asks for a password .*Write redis:\/\/:PASSWORD@HOST:PORT/,
    ],
  ];
  it.each(cases)('is refused with what to do: %s', async (_, server, message) => {
    const errors = await refusals(await server());
    for (const error of errors) {
      expect(error).toBeInstanceOf(QueueError);
      expect(String(error)).toMatch(message);
    }
  });

  it('is refused without its password where that is wrong, or not to be given at all', async () => {
    const wrong = new URL(await start('--requirepass', 'right'));
    wrong.password = 'QZXJ-1234';
    for (const error of await refusals(wrong.href)) {
      expect(String(error)).toMatch(/queue: refuses the user or the password/);
      expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('QZXJ');
    }
  });

  it('is refused without its password where it repeats what it was sent', async () => {
    const echo = createServer((socket) =>
      socket.on('data', (sent) => {
        const args = String(sent).replaceAll('\r\n', ' ');
        const reply = `-ERR unknown command, with args beginning with: ${args}\r\n`;
        socket.write(reply.repeat(args.split('*').length - 1));
      }),
    );
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const { port } = echo.address() as { port: number };
    for (const query of ['', '?password=QZXJ-1234']) {
      const user = query ? '' : ':QZXJ-1234@';
      for (const error of await refusals(`redis://${user}127.0.0.1:${port}${query}`)) {
        expect(error).toBeInstanceOf(QueueError);
        expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('QZXJ');
      }
    }
    echo.close();
  });

  it('is refused where it has no such database', async () => {
    for (const error of await refusals(`${await start()}/99`)) {
      expect(String(error)).toMatch(/queue: cannot be used .*\(ERR DB index is out of range\)/);
    }
  });
});

it('a server that is silent is given up after a while', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const [error] = await refusals(`redis://127.0.0.1:${port}`);
  expect(String(error)).toMatch(/queue: cannot be reached .*\(no answer within 5 s\)/);
  silent.close();
});

it('a worker whose server refuses its commands rests, says so once, and goes on when it can be used', async () => {
  const url = await start();
  const admin = new Redis(url);
  const abort = new AbortController();
  const warnings: string[] = [];
  const done: unknown[] = [];
  let ready = () => {};
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const served = serveTasks({
    queue: { url },
    pool,
    signal: abort.signal,
    onReady: ready,
    onRecord: ({ input }) => done.push(input),
    onWarning: (message) => warnings.push(message),
  });
  await isReady;
  await admin.config('SET', 'maxmemory', '100kb');
  const before = (await commands(admin)) ?? 0;
  await expect.poll(() => warnings.length).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 4000));
  expect(warnings).toEqual([expect.stringMatching(/queue: has no memory left for tasks/)]);
  expect(((await commands(admin)) ?? 0) - before).toBeLessThan(200);
  await admin.config('SET', 'maxmemory', '0');
  const store = await openTaskStore(folder);
  const tasks = [{ kind: 'any', input: 7 }];
  await runQueuedTasks(tasks, { queue: { url }, store, codeOf: () => 'code' });
  expect(done).toEqual([7]);
  abort.abort();
  await served;
  admin.disconnect();
});

/** How many commands a server has done. */
async function commands(admin: Redis): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))?.[1]);
}

it('a sweep whose server goes bad ends in one typed error', async () => {
  const url = await start();
  const admin = new Redis(url);
  const store = await openTaskStore(folder);
  const tasks = [1, 2].map((input) => ({ kind: 'any', input }));
  const codeOf = () => 'code';
  let progressed = () => {};
  const running = new Promise<void>((resolve) => {
    progressed = resolve;
  });
  const swept = runQueuedTasks(tasks, {
    queue: { url },
    store,
    codeOf,
    onWarning: () => progressed(),
  });
  swept.catch(() => {});
  await running;
  await admin.config('SET', 'maxmemory', '100kb');
  await admin.call('DEL', 'bull:softmoe:wait');
  const keys = await admin.keys('bull:softmoe:*');
  await admin.del(keys);
  await expect(swept).rejects.toThrow(QueueError);
  await expect(swept).rejects.toThrow(/queue: has no memory left for tasks/);
  admin.disconnect();
});

it('a message comes once', () => {
  const told: string[] = [];
  const tell = onceEach((message) => told.push(message));
  for (const message of ['a', 'b', 'a', 'a', 'b']) tell(message);
  expect(told).toEqual(['a', 'b']);
});

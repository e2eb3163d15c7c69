import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Task, TaskRecord } from '@softmoe/tasks';
import type { Job, QueueOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { clientUrl, isRedisUrl, shownAddress } from './address.ts';
import { QueueError, serverError, unusable } from './server-errors.ts';

/** Where tasks wait: the queue `name` (default: softmoe) on the Redis server at `url`, such as redis://localhost:6379. */
export interface QueueAddress {
  readonly url: string;
  readonly name?: string | undefined;
}

/** What BullMQ connects with, and what errors call the server. */
export interface Connection {
  readonly name: string;
  readonly options: QueueOptions;
  readonly server: string;
  /** Throws {@link QueueError} unless a queue can be kept there now. */
  check(): Promise<void>;
}

/** How long to wait for a server that does not answer at the start, in milliseconds. */
const TIMEOUT = 5000;

/**
 * What BullMQ connects with, once the server has shown that a queue can be kept on it. After that a connection that is lost
 * is made again for ever. Throws {@link QueueError}.
 */
export async function connect({ url: given, name = 'softmoe' }: QueueAddress): Promise<Connection> {
  const url = given.trim();
  const server = shownAddress(url);
  if (!isRedisUrl(url)) {
    throw new QueueError('is not the address of a Redis server', {
      field: 'queue',
      value: server,
      remedy:
        'Write redis://HOST:PORT, or rediss:// for TLS; in a password write / as %2F, @ as %40, # as %23, ? as %3F and % as %25.',
    });
  }
  const connection = { url: clientUrl(url), maxRetriesPerRequest: null };
  const check = () => requireUsable(connection.url, name, server);
  await check();
  return { name, options: { connection }, server, check };
}

/** Throws {@link QueueError} unless a queue can be kept on a server: it is there, keeps what it is given, and takes writes. */
async function requireUsable(url: string, name: string, server: string): Promise<void> {
  let problem: Error | undefined;
  let probe: Redis | undefined;
  try {
    probe = new Redis(url, {
      lazyConnect: true,
      connectTimeout: TIMEOUT,
      commandTimeout: TIMEOUT,
      retryStrategy: () => null,
    });
    probe.on('error', (error: Error) => {
      problem ??= error;
    });
    await Promise.race([probe.connect(), silence()]);
    // A log-in or a database that is refused does not keep it from being connected.
    if (problem) throw problem;
  } catch (cause) {
    probe?.disconnect();
    throw serverError(problem ?? cause, server);
  }
  try {
    await checkServer(probe, server);
    await checkWrites(probe, name);
  } catch (error) {
    throw serverError(error, server);
  } finally {
    probe.disconnect();
  }
}

async function silence(): Promise<never> {
  await pause(TIMEOUT, undefined, { ref: false });
  throw new Error(`no answer within ${TIMEOUT / 1000} s`);
}

/** A server that loses tasks, or has them elsewhere, may take them without a word. */
async function checkServer(probe: Redis, server: string): Promise<void> {
  const lines = (await probe.info()).split(/\r?\n/);
  const fields = new Map(lines.map((line) => line.split(':', 2) as [string, string]));
  const is = (field: string, value: string) => (fields.get(field) ?? value) === value;
  const found = !is('role', 'master')
    ? 'READONLY'
    : !is('cluster_enabled', '0')
      ? 'CLUSTER'
      : !is('maxmemory', '0') && !is('maxmemory_policy', 'noeviction')
        ? 'EVICTS'
        : undefined;
  const refused = found && unusable(found, server);
  if (refused) throw refused;
}

/** Writes as a queue does, from a script into a hash, a sorted set and a stream, under a key of the queue, and takes it back. */
async function checkWrites(probe: Redis, name: string): Promise<void> {
  const key = `bull:${name}:check-${randomUUID()}`;
  await probe.eval(WRITES, 3, `${key}-hash`, `${key}-set`, `${key}-stream`);
}

const WRITES = `
redis.call('HSET', KEYS[1], 'task', '')
redis.call('ZADD', KEYS[2], 0, 'task')
redis.call('XADD', KEYS[3], '*', 'event', 'check')
return redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])`;

/** What a job carries. Its id is that of the record to be made. */
export interface QueuedTask {
  readonly task: Task;
  /** Hash of the code that the sweep expects for tasks of this kind. */
  readonly code: string;
}

/** A task in the queue, and the record that a worker makes of it. */
export type TaskJob = Job<QueuedTask, TaskRecord>;

/** The name of all jobs. */
export const JOB = 'task';

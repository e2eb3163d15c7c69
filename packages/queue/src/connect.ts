import { SoftmoeError } from '@softmoe/model';
import type { Task, TaskRecord } from '@softmoe/tasks';
import type { Job, QueueOptions } from 'bullmq';
import { Redis } from 'ioredis';

/** Where tasks wait: the queue `name` (default: softmoe) on the Redis server at `url`, such as redis://localhost:6379. */
export interface QueueAddress {
  readonly url: string;
  readonly name?: string | undefined;
}

/** How long to wait for a server that does not answer at the start, in milliseconds. */
const CONNECT_TIMEOUT = 5000;

/**
 * What BullMQ connects with, once the server has answered. After that a connection that is lost is made again for ever.
 * Throws {@link QueueError}.
 */
export async function connect({ url, name = 'softmoe' }: QueueAddress): Promise<{
  readonly name: string;
  readonly options: QueueOptions;
}> {
  checkUrl(url);
  const probe = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT,
    retryStrategy: () => null,
  });
  let problem: Error | undefined;
  probe.on('error', (error: Error) => {
    problem = error;
  });
  try {
    await probe.connect();
    await probe.ping();
  } catch (cause) {
    throw new QueueError(
      'cannot be reached',
      {
        field: 'queue',
        value: withoutPassword(url),
        remedy: `Start a Redis server there, or correct the address (${(problem ?? (cause as Error)).message}).`,
      },
      { cause },
    );
  } finally {
    probe.disconnect();
  }
  return { name, options: { connection: { url, maxRetriesPerRequest: null } } };
}

function checkUrl(url: string): void {
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return;
  throw new QueueError('is not the address of a Redis server', {
    field: 'queue',
    value: withoutPassword(url),
    remedy: 'Write redis://HOST:PORT, or rediss:// for TLS.',
  });
}

function withoutPassword(url: string): string {
  return url.replace(/:[^:@/]*@/, ':***@');
}

/** A queue cannot be reached, or its other side cannot be worked with. */
export class QueueError extends SoftmoeError {
  override readonly name = 'QueueError';
}

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

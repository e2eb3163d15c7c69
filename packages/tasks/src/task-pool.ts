import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';
import { codeHash } from './code-hash.ts';
import { WorkerError } from './errors.ts';
import type { Task } from './task.ts';
import { type TimedOutcome, taskErrorOf } from './task-worker.ts';

/** Worker threads that do tasks, one task a thread at a time. */
export interface TaskPool {
  readonly concurrency: number;
  /** Hash of the code that the workers compute with, a part of every record's address. */
  readonly code: string;
  /**
   * Does a task in a thread. One that throws, or whose thread dies, is an outcome; aborting ends the thread and rejects with
   * the signal's reason. Rejects with {@link WorkerError} when the worker module cannot be loaded.
   */
  run(task: Task, signal?: AbortSignal): Promise<TimedOutcome>;
  /** Ends all threads. */
  close(): Promise<void>;
}

export interface TaskPoolOptions {
  /** A module that exports by default what `createTaskWorker` returns. */
  readonly worker: URL;
  /** Most threads at a time. They start when they are needed. */
  readonly concurrency: number;
  /** Heap of a thread in MiB (default: that of Node). A task that needs more fails; the others go on. */
  readonly memory?: number;
}

/** How long a thread waits for its next task, in milliseconds. */
const IDLE = 10_000;

/** How long a pool that is closed waits for threads that start, in milliseconds. */
const START = 5_000;

type Thread = Tinypool['threads'][number];

/** A pool whose threads run a worker module. Throws {@link WorkerError} when its code cannot be found. */
export function createTaskPool({ worker, concurrency, memory }: TaskPoolOptions): TaskPool {
  const path = fileURLToPath(worker);
  const code = hashOf(worker);
  const pool = new Tinypool({
    filename: path,
    minThreads: 0,
    maxThreads: concurrency,
    idleTimeout: IDLE,
    // Conditions and loaders of this process are not the workers': they run the code that was hashed.
    execArgv: [],
    ...(memory === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memory } }),
  });
  // Outside a task: a thread that did not come up leaves one waiting for ever; one that was idle leaves nothing.
  const broken = new Promise<never>((_, reject) => {
    pool.on('error', (cause: Error) => {
      if (pool.queueSize > 0) reject(cannotStart(path, cause));
      else process.emitWarning(cause);
    });
  });
  broken.catch(() => {});
  const lanes = createLanes(concurrency);
  /** Resolves when a thread has come up, or never will. */
  const started = new WeakMap<Thread, Promise<void>>();
  /** Tinypool waits for ever on a thread that exits by itself: make that an error. It has let go of those that it ends. */
  const watchThreads = () => {
    for (const thread of pool.threads) {
      if (started.has(thread)) continue;
      const up = new Promise<void>((resolve) => {
        thread.once('message', () => resolve());
        thread.once('exit', () => resolve());
      });
      started.set(thread, up);
      thread.once('exit', (exitCode: number) => {
        if (pool.threads.includes(thread)) thread.emit('error', died(`exit code ${exitCode}`));
      });
    }
  };
  return {
    concurrency,
    code,
    async run(task, signal) {
      await lanes.enter();
      try {
        return await runInThread(task, signal);
      } finally {
        lanes.leave();
      }
    },
    async close() {
      // Tinypool crashes on a thread that fails while it is being ended: let those that start fail first.
      const starts = Promise.all(pool.threads.map((thread) => started.get(thread)));
      await Promise.race([starts, pause(START, undefined, { ref: false })]);
      await pool.destroy();
    },
  };

  async function runInThread(task: Task, signal: AbortSignal | undefined): Promise<TimedOutcome> {
    signal?.throwIfAborted();
    const begun = performance.now();
    const result = pool.run(task, signal ? { signal } : {});
    watchThreads();
    try {
      return await Promise.race([result, broken]);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof WorkerError && error.field === 'worker') throw error;
      const reason = error instanceof WorkerError ? error : died((error as Error).message, error);
      return {
        status: 'failed',
        error: taskErrorOf(reason),
        seconds: (performance.now() - begun) / 1000,
      };
    }
  }
}

/** Lets `count` in at a time, first come, first served: tinypool forgets the tasks that wait when its threads die. */
function createLanes(count: number): { enter(): Promise<void>; leave(): void } {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    async enter() {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    leave() {
      const next = waiting.shift();
      if (next) next();
      else free++;
    },
  };
}

function hashOf(worker: URL): string {
  try {
    return codeHash(worker);
  } catch (cause) {
    throw cannotStart(fileURLToPath(worker), cause as Error);
  }
}

function cannotStart(path: string, cause: Error): WorkerError {
  return new WorkerError(
    'cannot be started',
    {
      field: 'worker',
      value: path,
      remedy: `Check that the module is there and that everything it imports is built and installed (${cause.message}).`,
    },
    { cause },
  );
}

function died(how: unknown, cause?: unknown): WorkerError {
  return new WorkerError(
    'died in the middle of the task',
    {
      field: 'thread',
      value: how,
      remedy: 'If it ran out of memory, use fewer jobs at a time or a smaller task; then retry it.',
    },
    { cause },
  );
}

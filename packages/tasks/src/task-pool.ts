import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SoftmoeError } from '@softmoe/model';
import { Tinypool } from 'tinypool';
import { codeOf, kindOf, modulesOf } from './code-hash.ts';
import { cannotStart, WorkerError } from './errors.ts';
import type { ModuleExport, Task, TaskWorker } from './task.ts';
import type { TimedOutcome } from './task-record.ts';
import { type ExportAddress, type LoadFailure, type ThreadTask, taskErrorOf } from './thread.ts';

/** Worker threads that do tasks, one task a thread at a time. */
export interface TaskPool {
  readonly concurrency: number;
  /**
   * Hash of the code that does the tasks of a kind, a part of every record's address. Throws `TaskFailure` for a kind that the worker
   * doesn't do, {@link WorkerError} where its code cannot be found.
   */
  codeOf(kind: string): string;
  /**
   * Does a task in a thread. One that throws, or whose thread dies, is an outcome; aborting ends the thread and rejects with
   * the signal's reason. Rejects with {@link WorkerError} when the modules that do it cannot be loaded.
   */
  run(task: Task, signal?: AbortSignal): Promise<TimedOutcome>;
  /** Ends all threads. */
  close(): Promise<void>;
}

/** What the threads of a pool do, how many there are, and what each may use. */
export interface TaskPoolOptions {
  readonly worker: TaskWorker;
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

/** A pool whose threads load what does their tasks when it is needed. Throws {@link WorkerError} when a module is not there. */
export function createTaskPool({ worker, concurrency, memory }: TaskPoolOptions): TaskPool {
  const thread = threadModule('./thread.js', import.meta.url);
  for (const module of [thread, ...modulesOf(worker).map(({ module }) => module)]) {
    if (!existsSync(module)) throw cannotStart(module, new Error('there is no such file'));
  }
  const code = codeOf(worker);
  const pool = new Tinypool({
    filename: fileURLToPath(thread),
    minThreads: 0,
    maxThreads: concurrency,
    idleTimeout: IDLE,
    // Deno hands a thread that waits in Atomics.wait none of what it needs to load modules.
    useAtomics: false,
    // Conditions and loaders of this process are not the workers': they run the code that was hashed.
    execArgv: [],
    ...(memory === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memory } }),
  });
  // Outside a task: a thread that did not come up leaves one waiting for ever; one that was idle leaves nothing.
  const broken = new Promise<never>((_, reject) => {
    pool.on('error', (cause: Error) => {
      if (pool.queueSize > 0) reject(cannotStart(thread, cause));
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
    codeOf: code.hashOf,
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
    try {
      const { services, ...does } = kindOf(worker, task.kind);
      const given: ThreadTask = {
        task,
        does: addressOf(does),
        services: services && addressOf(services),
      };
      const result: Promise<TimedOutcome | LoadFailure> = pool.run(given, signal ? { signal } : {});
      watchThreads();
      const answer = await Promise.race([result, broken]);
      if (answer.status !== 'not loaded') return answer;
      throw cannotStart(new URL(answer.href), new Error(answer.message));
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof WorkerError && error.field === 'worker') throw error;
      const isTold = error instanceof SoftmoeError;
      const reason = isTold ? error : died((error as Error).message, error);
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

/**
 * The address of the module at `path` beside the one at `from`, its `import.meta.url`. Threads need JavaScript: beside a source, as
 * tests import it, the built module is meant.
 */
export function threadModule(path: string, from: string): URL {
  const built = from.endsWith('.ts') ? from.replace(/\/src\/(?!.*\/src\/)/, '/dist/') : from;
  return new URL(path, built);
}

function addressOf({ module, name }: ModuleExport): ExportAddress {
  return { href: module.href, name };
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

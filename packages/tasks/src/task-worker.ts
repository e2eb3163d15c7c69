import { SoftmoeError } from '@softmoe/model';
import { TaskFailure } from './errors.ts';
import type { Task, TaskError, TaskFunction, TaskOutcome } from './task.ts';

export interface TaskWorkerOptions<Services> {
  /** What does the tasks of each kind. */
  readonly functions: Readonly<Record<string, TaskFunction<never, unknown, Services>>>;
  /** What the functions find in their context; leave it out where they need nothing. */
  readonly services?: Services;
}

/** What became of a task, and how long it took. */
export type TimedOutcome = TaskOutcome & { readonly seconds: number };

/** What a worker module exports by default. It never throws: what went wrong is in the outcome. */
export type TaskWorker = (task: Task) => Promise<TimedOutcome>;

/** The worker that dispatches on the kind of a task. */
export function createTaskWorker<Services>({
  functions,
  services,
}: TaskWorkerOptions<Services>): TaskWorker {
  const context = { signal: new AbortController().signal, services: services as Services };
  return async ({ kind, input }) => {
    const begun = performance.now();
    const outcome = await attempt(async () => {
      if (!Object.hasOwn(functions, kind)) throw unknownKind(kind, Object.keys(functions));
      const output = await functions[kind]!(input as never, context);
      return plainJson(output, kind);
    });
    return { ...outcome, seconds: (performance.now() - begun) / 1000 };
  };
}

async function attempt(work: () => Promise<unknown>): Promise<TaskOutcome> {
  try {
    return { status: 'done', output: await work() };
  } catch (error) {
    return { status: 'failed', error: taskErrorOf(error) };
  }
}

/** An error as plain data: class instances don't survive the way out of a thread or a machine. */
export function taskErrorOf(error: unknown): TaskError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  if (!(error instanceof SoftmoeError)) return { name, message };
  return { name, message, field: error.field, remedy: error.remedy };
}

/** What JSON keeps of an output, with a typed error where that is nothing. */
function plainJson(output: unknown, kind: string): unknown {
  const text = JSON.stringify(output) as string | undefined;
  if (text !== undefined) return JSON.parse(text);
  throw new TaskFailure('gave an output that JSON cannot hold', {
    field: kind,
    value: output,
    remedy: 'Return plain data from the function of this kind.',
  });
}

function unknownKind(kind: string, known: readonly string[]): TaskFailure {
  return new TaskFailure('is no kind of task that this worker does', {
    field: 'kind',
    value: kind,
    remedy: `Use one of ${known.join(', ')}, or a worker module that does it.`,
  });
}

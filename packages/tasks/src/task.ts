import type { TaskOutcome } from './task-record.ts';

/**
 * A piece of work that a worker does from plain data alone: `kind` names the function, `input` is its argument. Two tasks
 * with the same kind and input give the same output, by the same code.
 */
export interface Task<Input = unknown> {
  readonly kind: string;
  readonly input: Input;
}

/** What a worker offers the function of a task. */
export interface TaskContext<Services = unknown> {
  /** Aborts when the task is to stop. A pool of threads ends the thread instead, so that a busy one stops, too. */
  readonly signal: AbortSignal;
  /** What the worker has for tasks of this kind beside their input, such as backends to compute on. */
  readonly services: Services;
}

/** What does the tasks of one kind: input and output are plain JSON. It may throw; the error is recorded. */
export type TaskFunction<Input = never, Output = unknown, Services = never> = (
  input: Input,
  context: TaskContext<Services>,
) => Promise<Output>;

/** An export of a module, by address: threads load it, and its code counts. */
export interface ModuleExport {
  readonly module: URL;
  readonly name: string;
}

/** What does the tasks of one kind: a {@link TaskFunction}, and the services that it finds in its context if it needs any. */
export interface TaskKind extends ModuleExport {
  readonly services?: ModuleExport;
}

/** What does tasks, by their kind. */
export type TaskWorker = Readonly<Record<string, TaskKind>>;

/** What became of a task, and how long it took. */
export type TimedOutcome = TaskOutcome & { readonly seconds: number };

import { SoftmoeError } from '@softmoe/model';
import { TaskFailure } from './errors.ts';
import type { Task, TaskFunction, TimedOutcome } from './task.ts';
import type { TaskError, TaskOutcome } from './task-record.ts';

/** What a thread is given: a task, and the exports of modules that do it. */
export interface ThreadTask {
  readonly task: Task;
  readonly does: ExportAddress;
  readonly services: ExportAddress | undefined;
}

/** A `ModuleExport` as threads are told of it. */
export interface ExportAddress {
  readonly href: string;
  readonly name: string;
}

/** The module of a task that a thread could not load, and why. */
export interface LoadFailure {
  readonly status: 'not loaded';
  readonly href: string;
  readonly message: string;
}

/** Does one task, in a thread. Never rejects: what went wrong is in the answer. */
export default async function perform({
  task: { kind, input },
  does,
  services,
}: ThreadTask): Promise<TimedOutcome | LoadFailure> {
  const failures: LoadFailure[] = [];
  const load = (address: ExportAddress) =>
    exportOf(address).catch((error) => {
      const message = error instanceof Error ? error.message : String(error);
      failures.push({ status: 'not loaded', href: address.href, message });
    });
  const run = (await load(does)) as TaskFunction<never, unknown, unknown>;
  const found = services && (await load(services));
  if (failures[0]) return failures[0];
  const context = { signal: new AbortController().signal, services: found };
  const begun = performance.now();
  const outcome = await attempt(async () => plainJson(await run(input as never, context), kind));
  return { ...outcome, seconds: (performance.now() - begun) / 1000 };
}

async function exportOf({ href, name }: ExportAddress): Promise<unknown> {
  const module: Readonly<Record<string, unknown>> = await import(href);
  if (name in module) return module[name];
  throw new Error(`it exports no ${name}`);
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

import type { FileFormat, Format } from '@softmoe/model/checks';
import { canonicalize } from 'json-canonicalize';
import * as z from 'zod';
import { sha256 } from './files.ts';
import { gitStateSchema } from './git-state.ts';
import type { Task } from './task.ts';

/** What the record of a task says it is. Records of before, without it, are of the same version. */
export const TASK_RECORD_FORMAT = {
  name: 'softmoe-task',
  version: 1,
} as const satisfies Format;

const environment = z.object({
  node: z.string(),
  softmoe: z.string(),
  platform: z.string(),
  arch: z.string(),
  /** Of the folder that the process was started in, where it is one of a git repository. */
  git: gitStateSchema.exactOptional(),
});

const error = z.object({
  name: z.string(),
  message: z.string(),
  field: z.string().exactOptional(),
  remedy: z.string().exactOptional(),
});

const base = z.object({
  format: z
    .object({
      name: z.literal(TASK_RECORD_FORMAT.name),
      version: z.literal(TASK_RECORD_FORMAT.version),
    })
    .exactOptional(),
  /** Hash of kind, input and code: the address of the record. */
  id: z.string(),
  /** Hash of the code that does tasks of this kind, and did this one. */
  code: z.string(),
  kind: z.string(),
  input: z.unknown(),
  /** When it ended, ISO 8601. */
  endedAt: z.iso.datetime(),
  seconds: z.number().min(0),
  environment,
});

const schema = z.discriminatedUnion('status', [
  base.extend({ status: z.literal('done'), output: z.unknown() }),
  base.extend({ status: z.literal('failed'), error }),
]);

/** Where and with what a task ran. */
export type TaskEnvironment = Readonly<z.output<typeof environment>>;

/** Why a task failed, as plain data. */
export type TaskError = Readonly<z.output<typeof error>>;

/** What became of a task, before it is recorded. */
export type TaskOutcome<Output = unknown> =
  | { readonly status: 'done'; readonly output: Output }
  | { readonly status: 'failed'; readonly error: TaskError };

/** What became of a task, and how long it took. */
export type TimedOutcome = TaskOutcome & { readonly seconds: number };

/** One task in the record: one JSON line, one file while a sweep runs. */
export type TaskRecord<Output = unknown> = Readonly<z.output<typeof base>> & TaskOutcome<Output>;

/** The files of a task store, for `readFormat`. */
export const taskRecordFormat: FileFormat<TaskRecord> = {
  ...TASK_RECORD_FORMAT,
  what: 'record',
  since: 1,
  schema,
};

/**
 * The address of a task's record: SHA-256, in hex, of the canonical JSON (RFC 8785) of its kind, its input and the hash of
 * the code that runs it. The order of an object's keys makes no difference.
 */
export function taskId({ kind, input }: Task, code: string): string {
  return sha256(canonicalize({ code, input, kind }));
}

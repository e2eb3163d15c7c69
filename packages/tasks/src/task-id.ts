import { createHash } from 'node:crypto';
import { canonicalize } from 'json-canonicalize';
import type { Task } from './task.ts';

/**
 * The address of a task's record: SHA-256, in hex, of the canonical JSON (RFC 8785) of its kind, its input and the hash of
 * the code that runs it. The order of an object's keys makes no difference.
 */
export function taskId({ kind, input }: Task, code: string): string {
  return createHash('sha256').update(canonicalize({ code, input, kind })).digest('hex');
}

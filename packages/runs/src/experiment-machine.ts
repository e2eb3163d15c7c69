import { totalmem } from 'node:os';
import type { Machine } from '@softmoe/lab';

/** This machine as experiments need it: its memory, or what a container leaves of it. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory?.() ?? 0;
  return { memory: limit > 0 ? Math.min(limit, totalmem()) : totalmem() };
}

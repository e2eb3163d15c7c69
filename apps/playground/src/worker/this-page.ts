import type { Machine } from '@softmoe/lab';

/** A page gets no more than this, whatever the machine has. */
const MOST = 4;

/** What a page may use, in the GiB that browsers tell of where they do. */
export function thisPage(): Machine {
  const { navigator = {} } = globalThis as { navigator?: { readonly deviceMemory?: number } };
  const { deviceMemory = MOST } = navigator;
  return { memory: Math.min(deviceMemory, MOST) * 2 ** 30 };
}

import type { Steps, Watch, Work } from '../contracts.ts';

/** Takes a computation to its end without a pause: for small ones, proofs and tests. */
export function complete<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { value, done } = steps.next();
    if (done) return value;
  }
}

/**
 * Takes a computation to its end, with a pause for signals, messages and timers every 50 ms or so, in which `watch` is told how far
 * `task` has come. Throws the reason of `watch.signal` in the first pause after it has aborted.
 */
export async function paced<Result>(
  task: Work['task'],
  steps: Steps<Result>,
  { signal, onWork }: Watch = {},
): Promise<Result> {
  const breathe = breather();
  signal?.throwIfAborted();
  for (;;) {
    const { value, done } = steps.next();
    if (done) return value;
    const pause = breathe();
    if (!pause) continue;
    onWork?.({ task, done: value });
    await pause;
    signal?.throwIfAborted();
  }
}

/**
 * A function to call between the steps of a long computation. It returns a promise to await once `interval` milliseconds
 * have passed since the last one: it resolves through the host's task queue, so that signals, messages and timers get
 * their turn, which promises that are ready at once would never give them.
 */
export function breather(interval: number = 50): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < interval) return undefined;
    return new Promise((resolve) => {
      afterTurn(() => {
        last = performance.now();
        resolve();
      });
    });
  };
}

/** Calls `go` once the host's task queue has had a turn, in Node a whole one: there a timer would wait for a millisecond. */
function afterTurn(go: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (task: () => void) => void };
  if (setImmediate) setImmediate(() => setImmediate(go));
  else setTimeout(go, 0);
}

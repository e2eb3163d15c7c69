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
      setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0);
    });
  };
}

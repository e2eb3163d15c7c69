import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * The most numbers that float64 arrays held at a time while `work` ran, in excess of those before it: measured with a whole
 * garbage collection at every array of at least `threshold` numbers.
 */
export async function peakNumbers(threshold: number, work: () => Promise<void>): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const alive = () => {
    collect();
    collect();
    return process.memoryUsage().arrayBuffers / 8;
  };
  const before = alive();
  let most = 0;
  const Native = globalThis.Float64Array;
  class Counted extends Native {
    constructor(...args: readonly unknown[]) {
      const [given] = args;
      const length = typeof given === 'number' ? given : 0;
      if (length >= threshold) most = Math.max(most, alive() - before + length);
      super(...(args as unknown as [number]));
    }
    static override [Symbol.hasInstance](value: unknown): boolean {
      return Object.prototype.isPrototypeOf.call(Native.prototype, value as object);
    }
  }
  globalThis.Float64Array = Counted as unknown as typeof Float64Array;
  try {
    await work();
  } finally {
    globalThis.Float64Array = Native;
  }
  return most;
}

import type { ErrorReport } from '../errors.ts';
import type { WorkerName } from '../protocol.ts';

/** The smallest module with a SIMD instruction. */
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

function hasWasm(): boolean {
  return typeof WebAssembly === 'object';
}

function hasSimd(): boolean {
  try {
    return WebAssembly.validate(SIMD);
  } catch {
    return false;
  }
}

/** A worker that computes. Its name tells it, before any message, what WebAssembly this browser has. */
export function createWorker(): Worker {
  return new Worker(new URL('../worker/worker.ts', import.meta.url), {
    type: 'module',
    name: JSON.stringify({ wasm: hasWasm(), simd: hasSimd() } satisfies WorkerName),
  });
}

/** What to tell of a worker that could not be made, or that failed: `loaded` says whether it had begun to work. */
export function workerFailure(cause: unknown, loaded: boolean): ErrorReport {
  const reason = messageOf(cause);
  const because = reason === '' ? '' : ` (${reason})`;
  if (loaded) {
    return {
      message: `What computes has failed${because}.`,
      remedy: 'Press Again; what is shown is what it had come to.',
    };
  }
  if (typeof Worker === 'undefined') {
    return {
      message: 'This browser has no web workers, in which the playground computes.',
      remedy: 'Open this page in another browser: any from 2023 on will do.',
    };
  }
  return {
    message: `The web worker in which the playground computes could not be started${because}.`,
    remedy:
      'Something blocks it: allow workers for this page in the browser and its extensions, or check the connection, ' +
      'and press Again.',
  };
}

function messageOf(cause: unknown): string {
  const message =
    typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : '';
  return typeof message === 'string' ? message : '';
}

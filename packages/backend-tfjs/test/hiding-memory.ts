import { startedBackend } from '../src/start.ts';

/** Runs `work` while the memory of tfjs-backend-wasm can't be reached, as with a tfjs that keeps it elsewhere. */
export async function hidingMemory<T>(work: () => Promise<T>): Promise<T> {
  const wasm: unknown = Reflect.get(startedBackend('wasm') ?? {}, 'wasm');
  if (typeof wasm !== 'object' || wasm === null) throw new Error('start the wasm backend first');
  const asm: unknown = Reflect.get(wasm, 'asm');
  Reflect.set(wasm, 'asm', { ...(asm as object), memory: undefined });
  try {
    return await work();
  } finally {
    Reflect.set(wasm, 'asm', asm);
  }
}

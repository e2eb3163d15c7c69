/** The memory that tfjs-backend-wasm keeps its tensors in, and its allocator. */
export interface TfjsHeap {
  readonly memory: WebAssembly.Memory;
  /** Byte offset of a new area, or 0 when there is no room. */
  allocate(bytes: number): number;
  free(offset: number): void;
}

/**
 * The heap of a running tfjs-backend-wasm, or `undefined` where it can't be reached: its fields are not documented, and
 * a memory that threads share is of no use to the kernels.
 */
export function tfjsHeapOf(backend: object): TfjsHeap | undefined {
  const wasm = field(backend, 'wasm');
  const memory = field(field(wasm, 'asm'), 'memory');
  const view = field(wasm, 'HEAPU8');
  const malloc = field(wasm, '_malloc');
  const free = field(wasm, '_free');
  if (!(memory instanceof WebAssembly.Memory && view instanceof Uint8Array)) return undefined;
  const live = view.buffer === memory.buffer && memory.buffer instanceof ArrayBuffer;
  if (!live || typeof malloc !== 'function' || typeof free !== 'function') return undefined;
  return {
    memory,
    allocate: (bytes) => Number(malloc(bytes)) >>> 0,
    free: (offset) => free(offset),
  };
}

function field(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  return Reflect.get(object, name);
}

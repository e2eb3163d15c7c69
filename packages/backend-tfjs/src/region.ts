import { ValueError } from '@softmoe/model';
import type { TfjsHeap } from './tfjs-heap.ts';

/** An area of a WebAssembly memory that is ours alone. */
export interface Region {
  readonly memory: WebAssembly.Memory;
  /** All of the memory as float32; to be asked for again after anything that may grow it. */
  floats(): Float32Array;
  /**
   * Byte offsets of arrays of these byte lengths, one after the other. What an earlier call gave is no longer ours, and
   * the contents are undefined. The area only ever grows. Throws a {@link ValueError} when memory runs out.
   */
  place(lengths: readonly number[]): number[];
  /** Gives the area back. */
  release(): void;
}

const PAGE = 65_536;
/** Offsets are multiples of a cache line. */
const ALIGNMENT = 64;

/** An area that the allocator of tfjs-backend-wasm gives, in the memory where its tensors are. */
export function tfjsRegion(heap: TfjsHeap): Region {
  let start = 0;
  let capacity = 0;
  const release = () => {
    if (capacity > 0) heap.free(start);
    capacity = 0;
  };
  return regionOf(heap.memory, release, (bytes) => {
    if (bytes <= capacity) return start;
    release();
    const wanted = Math.ceil(bytes / PAGE) * PAGE;
    const offset = heap.allocate(wanted);
    if (offset === 0) throw outOfMemory(bytes);
    start = offset;
    capacity = wanted;
    return start;
  });
}

/** A memory of our own. */
export function ownRegion(): Region {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return regionOf(
    memory,
    () => {},
    (bytes) => {
      const missing = bytes - memory.buffer.byteLength;
      try {
        if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
      } catch (cause) {
        throw outOfMemory(bytes, cause);
      }
      return 0;
    },
  );
}

function regionOf(
  memory: WebAssembly.Memory,
  release: () => void,
  reserve: (bytes: number) => number,
): Region {
  let view = new Float32Array(memory.buffer);
  return {
    memory,
    release,
    floats() {
      if (view.buffer !== memory.buffer) view = new Float32Array(memory.buffer);
      return view;
    },
    place(lengths) {
      let bytes = ALIGNMENT;
      for (const length of lengths) bytes += roundUp(length);
      let next = roundUp(reserve(bytes));
      return lengths.map((length) => {
        const offset = next;
        next += roundUp(length);
        return offset;
      });
    },
  };
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function outOfMemory(bytes: number, cause?: unknown): ValueError {
  return new ValueError(
    'do not fit in the WebAssembly memory',
    { field: 'bytes', value: bytes, remedy: 'Use fewer experts or dimensions.' },
    { cause },
  );
}

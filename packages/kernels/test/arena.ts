import './relaxed.ts';
import { type Kernels, loadKernels, type Offset, type Variant } from '../src/index.ts';
import { compiled } from '../src/variants.ts';

export const variants: readonly Variant[] = ['simd', 'relaxed'];

export function kernelsOf(variant: Variant, memory: WebAssembly.Memory): Promise<Kernels> {
  return loadKernels({ variant, memory });
}

/** Functions of assembly/ that no method of Kernels calls by itself. */
export interface Parts {
  evaluate(pass: number, z: Offset, slope: Offset, bytes: number, coefficients: Offset): void;
  softmax(logits: Offset, bias: Offset, units: number, rows: number, scratch: Offset): void;
  boxMuller(groups: Offset, count: number): void;
  words(work: Offset, block: number, groups: number, outputs: Offset): void;
}

export async function partsOf(variant: Variant, memory: WebAssembly.Memory): Promise<Parts> {
  const instance = await WebAssembly.instantiate(await compiled(variant), { env: { memory } });
  return instance.exports as unknown as Parts;
}

const CANARY = 0x7fc0dead; // the bits of a NaN: a read past the end of an array shows too
const GUARD = 16;

/** Hands out arrays of a memory, grown as needed, with guards of NaN between them. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  #end = 64;
  readonly #guards: number[] = [];

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#guard();
  }

  /** Offset of `count` float32 numbers, NaN unless given. */
  take(count: number, values?: ArrayLike<number>): Offset {
    const offset = this.#end;
    this.#end += 4 * count;
    this.#reserve();
    new Uint32Array(this.memory.buffer, offset, count).fill(CANARY);
    if (values) new Float32Array(this.memory.buffer, offset, count).set(values);
    this.#guard();
    return offset;
  }

  read(offset: Offset, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, offset, count).slice();
  }

  /** Whether nothing was written between the arrays. */
  intact(): boolean {
    const words = new Uint32Array(this.memory.buffer);
    return this.#guards.every((at) =>
      words.subarray(at / 4, at / 4 + GUARD).every((word) => word === CANARY),
    );
  }

  #guard(): void {
    const at = this.#end;
    this.#end += 4 * GUARD;
    this.#reserve();
    new Uint32Array(this.memory.buffer, at, GUARD).fill(CANARY);
    this.#guards.push(at);
  }

  #reserve(): void {
    const missing = this.#end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
  }
}

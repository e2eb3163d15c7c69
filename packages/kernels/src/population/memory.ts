import type { Contents } from './contents.ts';

/** The entry points of assembly/population/index.ts: `work` is the address of a record Work. */
export interface PopulationExports {
  packTeacher(work: number): void;
  lossAndGradient(work: number): number;
  curvatures(work: number): void;
}

const PAGE = 65_536;

/** The memory that problems take turns in: what one has written is there until another comes. */
export class PopulationMemory {
  readonly exports: PopulationExports;
  readonly #memory: WebAssembly.Memory;
  #tenant: Contents | undefined;

  constructor(memory: WebAssembly.Memory, exports: PopulationExports) {
    this.#memory = memory;
    this.exports = exports;
  }

  /** The numbers of the memory, with these contents in it. */
  open(contents: Contents, work: number): Float64Array {
    const memory = this.#memory;
    if (this.#tenant !== contents) {
      const missing = contents.end - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
      contents.write(memory.buffer);
      this.exports.packTeacher(work);
      this.#tenant = contents;
    }
    return new Float64Array(memory.buffer);
  }
}

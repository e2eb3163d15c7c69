import type { Variant } from '@softmoe/kernels';
import type { WasmFiles } from './wasm-files.ts';

/** The tfjs backends that softmoe runs on. */
export type TfjsBackendName = 'wasm' | 'cpu';

/** Kernels, variant and WebAssembly files of a TensorFlow.js backend. */
export interface TfjsBackendOptions {
  /** `fused` (default on wasm): kernels of our own. `composed` (the only one on cpu): core ops of tfjs. */
  readonly kernels?: 'fused' | 'composed';
  /**
   * Of the fused kernels: `relaxed` is faster and its bits depend on the processor, `simd` gives the same bits everywhere;
   * `auto` (default) takes relaxed where the engine has it.
   */
  readonly variant?: Variant | 'auto';
  /**
   * Where the page finds the WebAssembly files of tfjs-backend-wasm: their folder, or an address each. Not needed in Node
   * or under Vite, and of no effect once tfjs has started the backend.
   */
  readonly wasmPaths?: string | WasmFiles;
}

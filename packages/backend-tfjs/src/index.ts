export { type Capabilities, type Check, capabilities } from './capabilities.ts';
export type { TfjsBackendName, TfjsBackendOptions } from './options.ts';
export { type SoftMoEParams, softMoE } from './soft-moe-op.ts';
export { createTfjsBackend } from './tfjs-backend.ts';
export type { WasmFiles } from './wasm-files.ts';
export { TfjsStartError } from './wasm-files.ts';

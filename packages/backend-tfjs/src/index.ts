export { type Capabilities, type Check, capabilities } from './capabilities.ts';
export { type SoftMoEParams, softMoE } from './soft-moe-op.ts';
export type { TfjsBackendName, TfjsBackendOptions } from './start.ts';
export { createTfjsBackend } from './tfjs-backend.ts';
export type { WasmFiles } from './wasm-files.ts';
export { TfjsStartError } from './wasm-files.ts';

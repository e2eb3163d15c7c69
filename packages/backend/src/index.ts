export type { Backend, BackendInfo, Batch, Draw, LossAndGradient } from './backend.ts';
export { createReferenceBackend } from './reference.ts';

export type { Backend, BackendInfo, LossAndGradient } from './backend.ts';
export { createReferenceBackend } from './reference.ts';

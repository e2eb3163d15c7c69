export type { Backend, BackendInfo, LossAndGradient, LossAndMoments } from './backend.ts';
export { createReferenceBackend } from './reference.ts';
export { type Draws, spanStep } from './span-step.ts';

export { candidateGram } from './candidate-gram.ts';
export { sampleCurvature } from './curvature.ts';
export { sampled } from './sampled.ts';
export {
  type FreshBatchesOptions,
  fixedSample,
  freshBatches,
  type Sampling,
  type ShuffledBatchesOptions,
  type Source,
  shuffledBatches,
} from './source.ts';

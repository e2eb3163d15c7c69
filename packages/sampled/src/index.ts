export { candidateGram } from './candidate-gram.ts';
export { sampleCurvature } from './curvature.ts';
export {
  type Dataset,
  dataset,
  type Part,
  type SplitOptions,
  type Table,
} from './dataset.ts';
export { leastSquares } from './least-squares.ts';
export { type Residuals, residualsOn } from './residuals.ts';
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
export {
  inputDimOf,
  type ScaledColumn,
  type Standardisation,
  standardise,
  toTarget,
} from './standardisation.ts';

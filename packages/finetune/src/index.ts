export {
  type Certificate,
  type CertificateTolerances,
  type CertifyOptions,
  certificateTolerances,
  certify,
  type Verdict,
} from './certificate.ts';
export type { CurvatureOf } from './curvature-of.ts';
export {
  type FinetuneMethod,
  type FinetuneOptions,
  type FinetuneReason,
  type FinetuneResult,
  type FinetuneStart,
  finetune,
  finetuneMethods,
} from './finetune.ts';
export { type GradientDescentOptions, gradientDescent } from './gradient-descent.ts';
export { type LevenbergMarquardtOptions, levenbergMarquardt } from './levenberg-marquardt.ts';
export {
  type Block,
  DENSE_LIMIT,
  eigenpairs,
  type Spectrum,
  type SpectrumOptions,
  spectrumOf,
} from './spectrum.ts';
export { trailOf, withTrail } from './trail.ts';

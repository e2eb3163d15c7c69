export { type Barrier, type BarrierOptions, barrier } from './barrier.ts';
export {
  type Certificate,
  type CertifyOptions,
  certify,
  type ProofRequest,
} from './certificate.ts';
export { type Landscape, landscapeSteps, type Toward } from './landscape.ts';
export type { TeacherImage } from './proof/image.ts';
export { proofCost } from './proof/proof-cost.ts';
export type { ProofFailure } from './proof/proof-failure.ts';
export {
  type Proof,
  type ProofOptions,
  type ProofResult,
  type ProofStart,
  prove,
} from './proof/prove.ts';
export {
  type Block,
  eigenpairs,
  type Spectrum,
  type SpectrumChoice,
  type SpectrumOptions,
  spectrumEnds,
  spectrumOf,
  spectrumSteps,
} from './spectrum.ts';
export { type CertificateTolerances, certificateTolerances, type Verdict } from './verdict.ts';

export { type Certificate, type CertifyOptions, certify } from './certificate.ts';
export type { TeacherImage } from './proof/image.ts';
export {
  type Proof,
  type ProofFailure,
  type ProofOptions,
  type ProofResult,
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

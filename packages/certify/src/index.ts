export { type Certificate, type CertifyOptions, certify } from './certificate.ts';
export {
  type Block,
  DENSE_LIMIT,
  eigenpairs,
  type Spectrum,
  type SpectrumOptions,
  spectrumEnds,
  spectrumOf,
} from './spectrum.ts';
export { type CertificateTolerances, certificateTolerances, type Verdict } from './verdict.ts';

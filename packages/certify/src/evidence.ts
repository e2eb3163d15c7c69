import type { Curvature, Estimator, MoE, Params, Watch } from '@softmoe/model';
import { normParams, nullLoss, paced } from '@softmoe/model/linalg';
import { type Spectrum, type SpectrumChoice, spectrumSteps } from './spectrum.ts';
import {
  amplitudeRange,
  gradientAtUnitScale,
  leastShare,
  relativeError,
  toUnitScale,
} from './unit-scale.ts';
import { type CertificateTolerances, type Evidence, zeroLoss } from './verdict.ts';

/** How well the weakest unit of a point is known, docs/theory.md (41) to (43). */
export interface UnitEvidence {
  /** Of the weakest unit in the null loss, ½ a² E u² / ½ E y²: of the target's, or of the model's where there is no target. */
  readonly share: number;
  /** The loss up to which it counts as zero. */
  readonly zeroLoss: number;
  /** Ends of the spectrum and length of the gradient in coordinates in which every unit has amplitude 1. */
  readonly mu: number;
  readonly lambdaMax: number;
  readonly gradientNorm: number;
  /** As `parameterError`, with differences of amplitudes relative to themselves; null without a target of the student's size. */
  readonly relativeError: number | null;
}

/** A model whose parameters are this near to the target's has its shares of the loss: they need not be computed again. */
const SAME_UNITS = 1e-3;

/** What is known of a model beside its loss and curvature. */
interface Known {
  readonly target: MoE | undefined;
  /** Of the target, nearest to the model; only of one that is as large. */
  readonly image: MoE | undefined;
  /** The spectrum of the curvature as it is. */
  readonly found: Spectrum;
  readonly spectrum: SpectrumChoice;
}

/** All that a verdict on `model` is judged by, from the loss, the gradient and the curvature there. */
export async function evidenceOf(
  model: MoE,
  { loss, gradient }: { readonly loss: number; readonly gradient: Params },
  curvature: Curvature,
  estimator: Pick<Estimator, 'objective' | 'gram'>,
  { target, image, found, spectrum }: Known,
  watch: Watch,
): Promise<Evidence> {
  const scaled = toUnitScale(model, curvature);
  const ends =
    scaled === curvature
      ? found
      : await paced('spectrum', spectrumSteps(scaled, 'hessian', spectrum), watch);
  const amplitudes = amplitudeRange(model);
  const distance = image && relativeError(model, image);
  const likeTarget = !target || (distance !== undefined && distance < SAME_UNITS);
  const units = likeTarget ? model : target;
  return {
    loss,
    nullLoss: await nullLoss(estimator.objective, model),
    share: leastShare(units, await estimator.gram(units)),
    amplitudes,
    gradientNorm: normParams(gradientAtUnitScale(model, gradient)),
    spectrum: {
      mu: ends.mu,
      lambdaMax: ends.lambdaMax,
      error: ends.error + (curvature.estimate?.error ?? 0) / amplitudes.least ** 2,
    },
    wanted: target?.spec.experts ?? model.spec.experts,
    units: model.spec.experts,
    ...(distance === undefined ? {} : { relativeError: distance }),
  };
}

/** The part of the evidence that a certificate shows. */
export function unitsOf(
  evidence: Evidence,
  tolerances?: Partial<CertificateTolerances>,
): UnitEvidence {
  const { share, nullLoss, spectrum, gradientNorm, relativeError } = evidence;
  return {
    share: share / nullLoss,
    zeroLoss: zeroLoss(evidence, tolerances),
    mu: spectrum.mu,
    lambdaMax: spectrum.lambdaMax,
    gradientNorm,
    relativeError: relativeError ?? null,
  };
}

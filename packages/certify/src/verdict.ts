import { requireKeys } from '@softmoe/model/checks';
import { gradientScale } from '@softmoe/model/linalg';
import type { Spectrum } from './spectrum.ts';
import type { AmplitudeRange } from './unit-scale.ts';

/**
 * `certified`: a minimum of zero loss, isolated up to symmetry, in which every unit is resolved. `not-converged`: the gradient
 * is still too large for the weakest unit, and the curvature does not tell where the run was going. `nonzero-loss`: a
 * minimum (or flat point) at which the loss is not zero. `saddle`: such a point with negative curvature. `degenerate`: zero
 * loss, or on the way to it, with a direction in which the Hessian is flat, so that descent is only sublinear. `unresolved`:
 * zero loss as far as it can be told, but a unit of the target is missing or elsewhere, or so weak that float64 cannot tell.
 */
export type Verdict =
  | 'certified'
  | 'not-converged'
  | 'nonzero-loss'
  | 'saddle'
  | 'degenerate'
  | 'unresolved';

/**
 * What separates the verdicts, docs/theory.md (41) to (43). Losses are relative to the null loss ½E y², curvatures and gradients
 * those in coordinates in which every unit has amplitude 1, relative to their λ_max.
 */
export interface CertificateTolerances {
  /** Largest gradient of a converged point, relative to √(2·null loss·λ_max) and to the weakest amplitude of the largest. */
  readonly gradient: number;
  /** Largest loss that counts as zero. */
  readonly loss: number;
  /** Largest loss that counts as zero, relative to what the weakest unit contributes to it, unless that is below rounding. */
  readonly share: number;
  /** Largest error of a unit that is resolved: of its directions, and of its amplitude relative to itself. */
  readonly unit: number;
  /** Curvature below minus this is negative. */
  readonly negative: number;
  /** Curvature of at most this is flat, at a converged point where it does not outweigh the gradient left. */
  readonly flat: number;
  /** At a point that has not converged: the loss and the |curvature|, not positive, of one on its way to a flat minimum. */
  readonly nearZeroLoss: number;
  readonly nearFlat: number;
}

/** The tolerances by which {@link Verdict}s are judged unless others are given. */
export const certificateTolerances: CertificateTolerances = {
  gradient: 1e-10,
  loss: 1e-12,
  share: 1e-6,
  unit: 1e-3,
  negative: 1e-6,
  flat: 1e-5,
  nearZeroLoss: 1e-3,
  nearFlat: 1e-4,
};

/** Throws a typed error for tolerances that are not among {@link certificateTolerances}. */
export function requireTolerances(tolerances: Partial<CertificateTolerances> = {}): void {
  requireKeys('tolerances', tolerances, Object.keys(certificateTolerances));
}

/** What a point is judged by. */
export interface Evidence {
  readonly loss: number;
  /** ½E y². */
  readonly nullLoss: number;
  /** Of the weakest unit, ½ a² E u²: the target's, or the model's own where there is none. */
  readonly share: number;
  readonly amplitudes: AmplitudeRange;
  /** Gradient and ends of the spectrum where every unit has amplitude 1, with the estimate of the latter's error. */
  readonly gradientNorm: number;
  readonly spectrum: Pick<Spectrum, 'mu' | 'lambdaMax' | 'error'>;
  /** Units of the target, and those of the model; equal where there is no target. */
  readonly wanted: number;
  readonly units: number;
  /** Error of the parameters, of amplitudes relative to themselves; only with a target of the model's size. */
  readonly relativeError?: number;
}

/** μ is positive beyond doubt above this multiple of the estimate of its error, which leaves room for that of the Hessian. */
const CLEAR = 10;
/** Rounding in the exact loss, which is a difference of numbers of the size of the null loss, relative to that. */
const LOSS_ROUNDING = 16 * Number.EPSILON;
/** Rounding in the gradient at unit amplitudes, relative to its scale. */
const GRADIENT_ROUNDING = 1e-14;
/** Rounding in the curvature, relative to λ_max and, where weak units are scaled up, to the largest amplitude. */
const CURVATURE_ROUNDING = 16 * Number.EPSILON;

/** The loss up to which that of a point counts as zero, docs/theory.md (42). */
export function zeroLoss(
  { nullLoss, share }: Pick<Evidence, 'nullLoss' | 'share'>,
  tolerances?: Partial<CertificateTolerances>,
): number {
  const limit = { ...certificateTolerances, ...tolerances };
  const seen = Math.max(limit.share * share, LOSS_ROUNDING * nullLoss);
  return Math.min(limit.loss * nullLoss, seen);
}

/** The verdict on a point, docs/theory.md (41) to (43). */
export function judge(point: Evidence, tolerances?: Partial<CertificateTolerances>): Verdict {
  const { loss, nullLoss, gradientNorm, spectrum, amplitudes } = point;
  const limit = { ...certificateTolerances, ...tolerances };
  const { mu, lambdaMax } = spectrum;
  const rounding = (CURVATURE_ROUNDING * lambdaMax * amplitudes.largest) / amplitudes.least;
  const curved = mu > CLEAR * Math.max(spectrum.error, rounding);
  const scale = gradientScale(nullLoss, lambdaMax);
  const weakness = amplitudes.least / amplitudes.largest;
  if (gradientNorm > Math.max(limit.gradient * weakness, GRADIENT_ROUNDING) * scale) {
    // On the way to a flat minimum the residual bends the flat directions both ways; μ > 0 may be a slow isolated one.
    const flattening =
      loss <= limit.nearZeroLoss * nullLoss &&
      Math.abs(mu) <= limit.nearFlat * lambdaMax &&
      !curved;
    return flattening ? 'degenerate' : 'not-converged';
  }
  if (loss > zeroLoss(point, tolerances)) {
    return mu < -limit.negative * lambdaMax ? 'saddle' : 'nonzero-loss';
  }
  if (!curved && CLEAR * rounding > limit.flat * lambdaMax) return 'unresolved';
  // The minimum is isolated, however flat, if ‖∇L‖·(Lipschitz constant of the Hessian ≈ λ_max) ≤ ½μ² for its weakest unit
  // (Newton–Kantorovich), which fails in a quartic valley.
  const isolated = curved && gradientNorm * (lambdaMax / mu) <= 0.5 * mu * amplitudes.least;
  if (!isolated && !(mu > limit.flat * lambdaMax)) return 'degenerate';
  return isResolved(point, limit) ? 'certified' : 'unresolved';
}

/** Whether every unit of the target is one of the model, docs/theory.md (43), and none is hidden by rounding. */
function isResolved(point: Evidence, limit: CertificateTolerances): boolean {
  const { nullLoss, share, spectrum, amplitudes, wanted, units, relativeError } = point;
  const { mu, lambdaMax } = spectrum;
  const blur = GRADIENT_ROUNDING * gradientScale(nullLoss, lambdaMax);
  if (blur > limit.unit * mu * amplitudes.least) return false;
  if (relativeError !== undefined) return relativeError <= limit.unit;
  return wanted === units || (units > wanted && LOSS_ROUNDING * nullLoss <= limit.share * share);
}

import { requireKeys } from '@softmoe/model/checks';
import { gradientScale } from '@softmoe/model/linalg';
import type { Spectrum } from './spectrum.ts';

/**
 * `certified`: a minimum of zero loss, isolated up to symmetry. `not-converged`: the gradient is still too large, and the
 * curvature does not tell where the run was going. `nonzero-loss`: a minimum (or flat point) at which the loss is not
 * zero. `saddle`: such a point with negative curvature. `degenerate`: zero loss, or on the way to it, with a direction in
 * which the Hessian is flat, so that descent is only sublinear.
 */
export type Verdict = 'certified' | 'not-converged' | 'nonzero-loss' | 'saddle' | 'degenerate';

/** What separates the verdicts. Losses are relative to the null loss ½E y², curvatures to λ_max. */
export interface CertificateTolerances {
  /** Largest gradient of a converged point, relative to √(2·null loss·λ_max). */
  readonly gradient: number;
  /** Largest loss that counts as zero. */
  readonly loss: number;
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
  negative: 1e-6,
  flat: 1e-5,
  nearZeroLoss: 1e-3,
  nearFlat: 1e-4,
};

/** Throws a typed error for tolerances that are not among {@link certificateTolerances}. */
export function requireTolerances(tolerances: Partial<CertificateTolerances> = {}): void {
  requireKeys('tolerances', tolerances, Object.keys(certificateTolerances));
}

/** μ is positive beyond doubt above this multiple of the bound on its error, which leaves room for that of the Hessian. */
const CLEAR = 10;

/** The verdict on a point of that loss and gradient, ½E y² = `nullLoss`, with that spectrum of the Hessian. */
export function judge(
  point: { readonly loss: number; readonly gradientNorm: number; readonly nullLoss: number },
  { mu, lambdaMax, error }: Pick<Spectrum, 'mu' | 'lambdaMax' | 'error'>,
  tolerances?: Partial<CertificateTolerances>,
): Verdict {
  const { loss, gradientNorm, nullLoss } = point;
  const limit = { ...certificateTolerances, ...tolerances };
  const curved = mu > CLEAR * error;
  if (gradientNorm > limit.gradient * gradientScale(nullLoss, lambdaMax)) {
    // On the way to a flat minimum the residual bends the flat directions both ways; μ > 0 may be a slow isolated one.
    const flattening =
      loss <= limit.nearZeroLoss * nullLoss &&
      Math.abs(mu) <= limit.nearFlat * lambdaMax &&
      !curved;
    return flattening ? 'degenerate' : 'not-converged';
  }
  if (loss > limit.loss * nullLoss) {
    return mu < -limit.negative * lambdaMax ? 'saddle' : 'nonzero-loss';
  }
  // Curvatures scale with a², so those of a weak unit are small beside λ_max. They are not flat if the minimum is isolated:
  // ‖∇L‖·(Lipschitz constant of the Hessian ≈ λ_max) ≤ ½μ² (Newton–Kantorovich), which fails in a quartic valley.
  const isolated = curved && gradientNorm * (lambdaMax / mu) <= 0.5 * mu;
  return isolated || mu > limit.flat * lambdaMax ? 'certified' : 'degenerate';
}

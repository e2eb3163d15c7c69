import {
  type Curvature,
  type CurvatureEstimate,
  type MoE,
  nearestImage,
  normParams,
  type Params,
  requireKeys,
  type TrailPoint,
} from '@softmoe/model';
import {
  distancesTo,
  measureContraction,
  measureDistanceContraction,
  measureOrder,
  onePointConvexity,
  predictContraction,
} from './contraction.ts';
import { gradientScale } from './scale.ts';
import { slowPart } from './slow-part.ts';
import { type Spectrum, type SpectrumOptions, spectrumOf } from './spectrum.ts';

/**
 * `certified`: a minimum of zero loss, isolated up to symmetry. `not-converged`: the gradient is still too large, and the
 * curvature does not tell where the run was going. `nonzero-loss`: a minimum (or flat point) at which the loss is not
 * zero. `saddle`: the same with negative curvature. `degenerate`: zero loss, or on the way to it, with a direction in
 * which the Hessian is flat, so that descent is only sublinear.
 */
export type Verdict = 'certified' | 'not-converged' | 'nonzero-loss' | 'saddle' | 'degenerate';

/** What fine-tuning ended at, from the final student's own Hessian. null: not defined for this run. */
export interface Certificate {
  readonly verdict: Verdict;
  /** Least eigenvalue of the Hessian on the tangent space. */
  readonly mu: number;
  readonly lambdaMax: number;
  /** Bound on the errors of mu and lambdaMax as eigenvalues of the objective's Hessian: exact, or {@link estimate}d. */
  readonly eigenvalueError: number;
  /**
   * Only where the curvature is an estimate. On a fixed sample mu and lambdaMax are those of the loss on that sample, which
   * the run descended; they estimate the population's with one standard error of muError and lambdaMaxError, null where
   * there is no sample. At zero loss mu > 0 on the sample implies mu > 0 for the population, docs/theory.md (40).
   */
  readonly estimate?: {
    /** Estimate of the error in the second derivatives themselves; part of eigenvalueError. */
    readonly curvatureError: number;
    readonly muError: number | null;
    readonly lambdaMaxError: number | null;
  };
  /** η of gradient descent. */
  readonly step: number | null;
  /** Factor of the loss per step, docs/theory.md (30); of the distance to the limit it is the square root. */
  readonly predictedContraction: number | null;
  /**
   * The same, measured: the square of the factor per step of the part of the distance along the slowest directions,
   * between distances 1e-6 and 1e-11; of the whole distance if the run has no part there. ln measured/ln predicted is 1
   * if the Hessian governs the run.
   */
  readonly measuredContraction: number | null;
  /**
   * The same of the whole distance, late in that window. It is smaller where slow rates lie so close together that the
   * slowest had no time to outlast the others.
   */
  readonly distanceContraction: number | null;
  /** Observed order of convergence of Levenberg–Marquardt. */
  readonly observedOrder: number | null;
  /** Least ⟨∇L, θ − θ*⟩/‖θ − θ*‖² along the run, docs/theory.md (33), θ* the target or else the limit. */
  readonly onePointConvexity: number | null;
  readonly loss: number;
  readonly gradientNorm: number;
  /** Only with a target of the student's size. */
  readonly parameterError?: number;
}

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

export const certificateTolerances: CertificateTolerances = {
  gradient: 1e-10,
  loss: 1e-12,
  negative: 1e-6,
  flat: 1e-5,
  nearZeroLoss: 1e-3,
  nearFlat: 1e-4,
};

export interface CertifyOptions {
  readonly model: MoE;
  readonly loss: number;
  /** Riemannian, at `model`. */
  readonly gradient: Params;
  /** ½E y². */
  readonly nullLoss: number;
  /** At `model`, in its coordinates. */
  readonly curvature: Curvature;
  /** Dimensions of input space that the coordinates of `model` leave out: d − r in span coordinates. Default 0. */
  readonly hidden?: number;
  /** η of gradient descent; without one the order of convergence is reported instead of a contraction. */
  readonly step?: number;
  /** Iterates of the run; those of gradient descent at that step only count for the contraction. */
  readonly trail?: readonly TrailPoint[];
  /** First step number at which that η was used. Default 0. */
  readonly stepSince?: number;
  readonly target?: MoE;
  readonly tolerances?: Partial<CertificateTolerances>;
  readonly spectrum?: SpectrumOptions;
}

/** Throws a typed error for tolerances that are not among {@link certificateTolerances}. */
export function requireTolerances(tolerances: Partial<CertificateTolerances> = {}): void {
  requireKeys('tolerances', tolerances, Object.keys(certificateTolerances));
}

/**
 * Judges the final point of a run. Throws `ShapeError` or `ValueError` for a target of another kind, `UnknownNameError` for
 * an unknown tolerance.
 */
export function certify(options: CertifyOptions): Certificate {
  const { model, loss, gradient, curvature, hidden = 0, step, trail = [], target } = options;
  requireTolerances(options.tolerances);
  const found = spectrumOf(curvature, 'hessian', { ...options.spectrum, hidden });
  const spectrum = { ...found, error: found.error + (curvature.estimate?.error ?? 0) };
  const { mu, lambdaMax, error } = spectrum;
  const gradientNorm = normParams(gradient);
  const image =
    target?.spec.experts === model.spec.experts ? nearestImage(target, model) : undefined;
  const limit = (image?.model ?? model).params;
  return {
    verdict: judge(spectrum, gradientNorm, options),
    mu,
    lambdaMax,
    eigenvalueError: error,
    ...(curvature.estimate ? { estimate: estimateOf(curvature.estimate, found) } : {}),
    ...(step === undefined
      ? orderOf(limit, trail)
      : contractionOf(limit, spectrumOfRun(found, options), step, options)),
    onePointConvexity: onePointConvexity(limit, trail) ?? null,
    loss,
    gradientNorm,
    ...(image ? { parameterError: image.error } : {}),
  };
}

function estimateOf(
  { error, standardError }: CurvatureEstimate,
  { span, complement, mu, lambdaMax }: Spectrum,
): NonNullable<Certificate['estimate']> {
  const errorOf = (value: number) => {
    const inSpan = span.pairs.find((pair) => pair.value === value);
    const pair = inSpan ?? complement?.pairs.find((other) => other.value === value);
    return standardError?.(inSpan ? 'span' : 'complement', pair!.vector) ?? null;
  };
  return { curvatureError: error, muError: errorOf(mu), lambdaMaxError: errorOf(lambdaMax) };
}

/**
 * What governs a run in span coordinates is the spectrum in them. Exact curvature repeats the complement's eigenvalues there,
 * to rounding; a sample's complement is averaged otherwise, and where it is hidden no step of the run sees it.
 */
function spectrumOfRun(all: Spectrum, { curvature, spectrum }: CertifyOptions): Spectrum {
  return curvature.estimate ? spectrumOf(curvature, 'hessian', spectrum) : all;
}

type Convergence = Pick<
  Certificate,
  'step' | 'predictedContraction' | 'measuredContraction' | 'distanceContraction' | 'observedOrder'
>;

function orderOf(limit: Params, trail: readonly TrailPoint[]): Convergence {
  return {
    step: null,
    predictedContraction: null,
    measuredContraction: null,
    distanceContraction: null,
    observedOrder: measureOrder(distancesTo(limit, trail)) ?? null,
  };
}

function contractionOf(
  limit: Params,
  spectrum: Spectrum,
  step: number,
  { model, curvature, trail = [], stepSince = 0 }: CertifyOptions,
): Convergence {
  const settled = trail.filter((point) => point.step >= stepSince);
  const slow = slowPart(model, curvature.basis, spectrum, step);
  const distances = distancesTo(limit, settled, slow);
  const overall = measureDistanceContraction(distances) ?? null;
  return {
    step,
    predictedContraction: predictContraction(step, spectrum.mu, spectrum.lambdaMax),
    measuredContraction: measureContraction(distances) ?? overall,
    distanceContraction: overall,
    observedOrder: null,
  };
}

/** μ is positive beyond doubt above this multiple of the bound on its error, which leaves room for that of the Hessian. */
const CLEAR = 10;

function judge(
  { mu, lambdaMax, error }: Spectrum,
  gradientNorm: number,
  { loss, nullLoss, tolerances }: CertifyOptions,
): Verdict {
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
  const isolated = curved && gradientNorm * lambdaMax <= 0.5 * mu * mu;
  return isolated || mu > limit.flat * lambdaMax ? 'certified' : 'degenerate';
}

import {
  type Estimator,
  type MoE,
  nearestImage,
  type TrailPoint,
  type Watch,
} from '@softmoe/model';
import {
  requireFinite,
  requireFunction,
  requireInteger,
  requireKeys,
  requireModel,
} from '@softmoe/model/checks';
import { type CurvatureEstimate, normParams, paced } from '@softmoe/model/linalg';
import {
  type Distance,
  distancesTo,
  measureContraction,
  measureDistanceContraction,
  measureOrder,
  onePointConvexity,
  predictContraction,
} from './contraction.ts';
import { evidenceOf, type UnitEvidence, unitsOf } from './evidence.ts';
import { slowPart } from './slow-part.ts';
import { type Spectrum, type SpectrumOptions, spectrumSteps } from './spectrum.ts';
import { type CertificateTolerances, judge, requireTolerances, type Verdict } from './verdict.ts';

/** What fine-tuning ended at, from the final student's own Hessian. null: not defined for this run. */
export interface Certificate {
  readonly verdict: Verdict;
  /** Least eigenvalue of the Hessian on the tangent space. */
  readonly mu: number;
  readonly lambdaMax: number;
  /**
   * Estimate of the errors of mu and lambdaMax as eigenvalues of the objective's Hessian. Up to size 300 that of the
   * decomposition's rounding; above it the residuals of Lanczos, which bound the distance to some eigenvalue: that none lies
   * beyond the two is as good as certain from a generic start, but not proved. Where curvature is an {@link estimate}, its error too.
   */
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
   * Measured factor of the loss per step: the square of that of the part of the distance along the slowest directions,
   * between distances 1e-6 and 1e-11; of the whole distance if the run has no part there. ln measured/ln predicted is 1
   * if the Hessian governs the run.
   */
  readonly measuredContraction: number | null;
  /**
   * Square of the factor per step of the whole distance, late in that window. It is smaller than `measuredContraction` where
   * slow rates lie so close together that the slowest had no time to outlast the others.
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
  /** What the verdict judged the weakest unit by; certificates written before softmoe did so have none. */
  readonly units?: UnitEvidence;
}

/** What {@link certify} may be told of the run that led to the model, and how it is followed and stopped. */
export interface CertifyOptions extends Watch {
  /** What the run was to reach, in the coordinates of the model; compared with it where they are of one size. */
  readonly target?: MoE | undefined;
  /** Iterates of the run; those of gradient descent at `step` only count for the contraction. */
  readonly trail?: readonly TrailPoint[] | undefined;
  /** η of gradient descent; without one the order of convergence is reported instead of a contraction. */
  readonly step?: number | undefined;
  /** First step number at which that η was used. Default 0. */
  readonly stepSince?: number | undefined;
  /**
   * d, where the model is in span coordinates of fewer: the certificate is about all d. The directions left out are
   * orthogonal to every row, so that the complement block of the curvature holds for them. Default: the model's own.
   */
  readonly inputDim?: number | undefined;
  readonly tolerances?: Partial<CertificateTolerances> | undefined;
  readonly spectrum?: SpectrumOptions | undefined;
}

const OPTIONS: readonly (keyof CertifyOptions)[] = [
  'target',
  'trail',
  'step',
  'stepSince',
  'inputDim',
  'tolerances',
  'spectrum',
  'signal',
  'onWork',
];

/**
 * Judges `model`, at which a run ended, by its loss, gradient and curvature; `estimator` has to be the one that the run
 * descended, exact or on one fixed sample. Throws `ShapeError` or `ValueError` for a target of another kind or frame,
 * `UnknownNameError` for an unknown option or tolerance, and the reason of `signal` once that has aborted.
 */
export async function certify(
  model: MoE,
  estimator: Pick<Estimator, 'objective' | 'curvature' | 'gram'>,
  options: CertifyOptions = {},
): Promise<Certificate> {
  checkArguments(model, estimator, options);
  const { inputDim = model.spec.inputDim, step, stepSince = 0, trail = [], target } = options;
  const image =
    target?.spec.experts === model.spec.experts ? nearestImage(target, model) : undefined;
  const limit = (image?.model ?? model).params;

  const { loss, gradient } = await estimator.objective.evaluate(model, 0);
  const watch = { signal: options.signal, onWork: options.onWork };
  const curvature = await estimator.curvature(model, watch);
  const hidden = inputDim - model.spec.inputDim;
  const choice = { ...options.spectrum, hidden };
  const found = await paced('spectrum', spectrumSteps(curvature, 'hessian', choice), watch);
  const spectrum = { ...found, error: found.error + (curvature.estimate?.error ?? 0) };
  const evidence = await evidenceOf(
    model,
    { loss, gradient },
    curvature,
    estimator,
    { target, image: image?.model, found, spectrum: choice },
    watch,
  );
  // What governs a run in span coordinates is the spectrum in them. Exact curvature repeats the complement's eigenvalues there,
  // to rounding; a sample's complement is averaged otherwise, and where it is hidden no step of the run sees it.
  const descent = async (step: number) => {
    const governing = curvature.estimate
      ? await paced('spectrum', spectrumSteps(curvature, 'hessian', options.spectrum), watch)
      : found;
    const settled = trail.filter((point) => point.step >= stepSince);
    const slow = slowPart(model, curvature.basis, governing, step);
    return contractionOf(distancesTo(limit, settled, slow), step, governing);
  };
  return {
    verdict: judge(evidence, options.tolerances),
    mu: spectrum.mu,
    lambdaMax: spectrum.lambdaMax,
    eigenvalueError: spectrum.error,
    ...(curvature.estimate ? { estimate: estimateOf(curvature.estimate, found) } : {}),
    ...(step === undefined ? orderOf(distancesTo(limit, trail)) : await descent(step)),
    onePointConvexity: onePointConvexity(limit, trail) ?? null,
    loss,
    gradientNorm: normParams(gradient),
    ...(image ? { parameterError: image.error } : {}),
    units: unitsOf(evidence, options.tolerances),
  };
}

function checkArguments(
  model: MoE,
  estimator: Pick<Estimator, 'objective' | 'curvature' | 'gram'>,
  options: CertifyOptions,
): void {
  requireModel('model', model);
  requireFunction('estimator.objective.evaluate', estimator?.objective?.evaluate);
  requireFunction('estimator.curvature', estimator.curvature);
  requireFunction('estimator.gram', estimator.gram);
  requireKeys('options', options, OPTIONS);
  const { target, inputDim, step, stepSince } = options;
  if (target !== undefined) requireModel('target', target);
  if (inputDim !== undefined) requireInteger('inputDim', inputDim, model.spec.inputDim);
  if (step !== undefined) requireFinite('step', step, 0);
  if (stepSince !== undefined) requireInteger('stepSince', stepSince, 0);
  requireTolerances(options.tolerances);
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

type Convergence = Pick<
  Certificate,
  'step' | 'predictedContraction' | 'measuredContraction' | 'distanceContraction' | 'observedOrder'
>;

function orderOf(distances: readonly Distance[]): Convergence {
  return {
    step: null,
    predictedContraction: null,
    measuredContraction: null,
    distanceContraction: null,
    observedOrder: measureOrder(distances) ?? null,
  };
}

function contractionOf(
  distances: readonly Distance[],
  step: number,
  { mu, lambdaMax }: Spectrum,
): Convergence {
  const overall = measureDistanceContraction(distances) ?? null;
  return {
    step,
    predictedContraction: predictContraction(step, mu, lambdaMax),
    measuredContraction: measureContraction(distances) ?? overall,
    distanceContraction: overall,
    observedOrder: null,
  };
}

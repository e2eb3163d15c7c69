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
import { distancesTo, onePointConvexity } from './contraction.ts';
import { type Convergence, contractionOf, orderOf } from './convergence.ts';
import { evidenceOf, type UnitEvidence, unitsOf } from './evidence.ts';
import { type ProofFailure, unmet } from './proof/proof-failure.ts';
import { type Proof, type ProofOptions, type ProofResult, proofSteps } from './proof/prove.ts';
import { slowPart } from './slow-part.ts';
import { type Spectrum, type SpectrumOptions, spectrumSteps } from './spectrum.ts';
import { type CertificateTolerances, judge, requireTolerances, type Verdict } from './verdict.ts';

/** What fine-tuning ended at, from the final student's own Hessian. null: not defined for this run. */
export interface Certificate extends Convergence {
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
  /** Least ⟨∇L, θ − θ*⟩/‖θ − θ*‖² along the run, docs/theory.md (33), θ* the target or else the limit. */
  readonly onePointConvexity: number | null;
  readonly loss: number;
  readonly gradientNorm: number;
  /** Only with a target of the student's size. */
  readonly parameterError?: number;
  /** What the verdict judged the weakest unit by; certificates written before softmoe did so have none. */
  readonly units?: UnitEvidence;
  /**
   * That gradient descent on the exact population loss leads from the model to the target, where that is proved; null with the
   * reason where it is not. Certificates written before softmoe did so have neither.
   */
  readonly proof?: Proof | null;
  readonly proofFailure?: ProofFailure | null;
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
  /** How the {@link prove proof} of a target of at most 16 units is made; `false` for none. */
  readonly proof?: ProofRequest | false | undefined;
}

/** What a certificate's proof is about and how far it may go. */
export interface ProofRequest extends Pick<ProofOptions, 'maxUnits'> {
  /**
   * Model and target in the user's own coordinates, where the certificate is in others, and the student that fine-tuning began
   * with. Default: model and target themselves, and nothing about the start.
   */
  readonly subject?:
    | { readonly student: MoE; readonly teacher: MoE; readonly start?: MoE | undefined }
    | undefined;
}

const OPTIONS: readonly (keyof CertifyOptions)[] = [
  'target',
  'trail',
  'step',
  'stepSince',
  'inputDim',
  'tolerances',
  'spectrum',
  'proof',
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
    ...(await proofOf(model, options, watch)),
  };
}

async function proofOf(
  model: MoE,
  { proof: request = {}, target, inputDim }: CertifyOptions,
  watch: Watch,
): Promise<ProofResult> {
  if (request === false || !target) {
    const [condition, remedy] = target
      ? ['no proof was asked for', 'Ask for one, by prove(student, teacher).']
      : ['there is no target', 'Give the teacher as target.'];
    return { proof: null, proofFailure: unmet('not-attempted', 'attempt', condition, remedy) };
  }
  const { maxUnits, subject } = request;
  const { student, teacher, start } = subject ?? {
    student: model,
    teacher: target,
    start: undefined,
  };
  const options = { maxUnits, start, inputDim: subject ? undefined : inputDim };
  return paced('proof', proofSteps(student, teacher, options), watch);
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
  if (options.proof !== undefined && options.proof !== false) {
    requireKeys('proof', options.proof, ['maxUnits', 'subject']);
  }
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

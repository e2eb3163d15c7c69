import {
  type MoE,
  normParams,
  type Objective,
  parameterError,
  requireFinite,
  requireInteger,
  requireKeys,
  requireModel,
  requireObject,
  UnknownNameError,
  ValueError,
} from '@softmoe/model';
import {
  breather,
  DivergedError,
  recordOf,
  type Stepper,
  type TrainRecord,
  type TrainState,
} from '@softmoe/train';
import {
  type Certificate,
  type CertificateTolerances,
  certify,
  requireTolerances,
} from './certificate.ts';
import type { CurvatureOf } from './curvature-of.ts';
import { gradientDescent } from './gradient-descent.ts';
import { levenbergMarquardt } from './levenberg-marquardt.ts';
import { hasStalled } from './memory.ts';
import { trailOf, withTrail } from './trail.ts';

export type FinetuneMethod = 'gradientDescent' | 'levenbergMarquardt';

const DEFAULT_MAX_STEPS = 20_000;

export const finetuneMethods: readonly FinetuneMethod[] = ['gradientDescent', 'levenbergMarquardt'];

/**
 * `gradientNorm`: the tolerance was met. `rounding`: float64 allows no more progress. `steps`: maxSteps were taken.
 * `aborted`: by the signal.
 */
export type FinetuneReason = 'gradientNorm' | 'rounding' | 'steps' | 'aborted';

/** A run starts at a model, or goes on from the state of a record. */
export type FinetuneStart =
  | { readonly model: MoE; readonly resume?: undefined }
  | { readonly model?: MoE; readonly resume: TrainState };

export type FinetuneOptions = FinetuneStart & {
  readonly objective: Objective;
  /** In the coordinates of the model: in span coordinates if that is where it is fine-tuned. */
  readonly curvature: CurvatureOf;
  /**
   * d, where the model is in span coordinates of fewer: the certificate is about all d. The directions left out are
   * orthogonal to every row, so that the complement block of the curvature holds for them. Default: the model's own.
   */
  readonly inputDim?: number;
  readonly method: FinetuneMethod;
  /** Gradient descent's η, kept throughout; no other method takes one. By default it comes from the spectrum. */
  readonly step?: number;
  /** Compared with the student in every record and in the certificate; it takes no part in the fine-tuning. */
  readonly target?: MoE;
  /** Counted from the very start also when resumed. Default 20 000. */
  readonly maxSteps?: number;
  /** Stop at a gradient of at most this length. By default 0: go on until rounding stops it. */
  readonly gradientNorm?: number;
  /** A record at every multiple of that many steps, and at the first and the last. Default 1. */
  readonly recordEvery?: number;
  readonly tolerances?: Partial<CertificateTolerances>;
  /** Once aborted the run ends after the step under way, without a record of it. */
  readonly signal?: AbortSignal;
};

export interface FinetuneResult {
  readonly model: MoE;
  readonly certificate: Certificate;
  readonly reason: FinetuneReason;
  /** To save, or to go on from. */
  readonly state: TrainState;
}

/**
 * Fine-tunes a model to the minimum nearby as far as float64 goes, and certifies where it ended. Yields records on the
 * way, always the first point and the last; a resumed run doesn't repeat the point it starts from and follows the
 * uninterrupted one bit for bit. Throws {@link DivergedError} once the loss or gradient isn't finite, a typed error for
 * options out of range or unknown.
 */
export async function* finetune(
  options: FinetuneOptions,
): AsyncGenerator<TrainRecord, FinetuneResult, void> {
  checkOptions(options);
  const { target, recordEvery = 1 } = options;
  const stepper = withTrail(stepperOf(options));
  const breathe = breather();

  let state = options.resume ?? (await stepper.init(options.model));
  requireFiniteState(state);
  let recordedStep = state.step;
  if (!options.resume) yield recordOf(state, target);
  for (;;) {
    const reason = reasonToStop(state, options);
    if (reason) {
      if (recordedStep !== state.step && reason !== 'aborted') yield recordOf(state, target);
      const certificate = await certifyState(state, options);
      return { model: state.model, certificate, reason, state };
    }
    const next = await stepper.step(state);
    requireFiniteState(next, state);
    state = next;
    if (state.step % recordEvery === 0 && state.step !== recordedStep) {
      recordedStep = state.step;
      yield recordOf(state, target);
    }
    await breathe();
  }
}

function stepperOf({ method, objective, curvature, step }: FinetuneOptions): Stepper {
  switch (method) {
    case 'gradientDescent':
      return gradientDescent({ objective, curvature, ...(step === undefined ? {} : { step }) });
    case 'levenbergMarquardt':
      return levenbergMarquardt({ objective, curvature });
    default:
      throw new UnknownNameError('is not a method of fine-tuning', {
        field: 'method',
        value: method,
        remedy: `Use one of ${finetuneMethods.join(', ')}.`,
      });
  }
}

function reasonToStop(
  state: TrainState,
  { gradientNorm = 0, maxSteps = DEFAULT_MAX_STEPS, signal }: FinetuneOptions,
): FinetuneReason | undefined {
  if (normParams(state.evaluation.gradient) <= gradientNorm) return 'gradientNorm';
  if (hasStalled(state)) return 'rounding';
  if (state.step >= maxSteps) return 'steps';
  return signal?.aborted ? 'aborted' : undefined;
}

async function certifyState(state: TrainState, options: FinetuneOptions): Promise<Certificate> {
  const { curvature, method, target, tolerances } = options;
  const { model, evaluation } = state;
  const { nullLoss = 1, step = 0, stepSince = 0 } = state.method.numbers;
  return certify({
    model,
    ...evaluation,
    nullLoss,
    curvature: await curvature(model),
    hidden: (options.inputDim ?? model.spec.inputDim) - model.spec.inputDim,
    trail: trailOf(state),
    ...(method === 'gradientDescent' ? { step, stepSince } : {}),
    ...(target ? { target } : {}),
    ...(tolerances ? { tolerances } : {}),
  });
}

function requireFiniteState(state: TrainState, last?: TrainState): void {
  const { loss, gradient } = state.evaluation;
  if (!Number.isFinite(loss)) throw new DivergedError('loss', loss, last);
  const norm = normParams(gradient);
  if (!Number.isFinite(norm)) throw new DivergedError('gradientNorm', norm, last);
}

const OPTIONS = [
  'model',
  'resume',
  'objective',
  'curvature',
  'inputDim',
  'method',
  'step',
  'target',
  'maxSteps',
  'gradientNorm',
  'recordEvery',
  'tolerances',
  'signal',
];

function checkOptions(options: FinetuneOptions): void {
  requireKeys('options', options, OPTIONS);
  const { maxSteps = 0, recordEvery = 1, gradientNorm = 0, inputDim, method, step } = options;
  if (options.resume !== undefined) requireObject('resume', options.resume, ['model']);
  const model = options.resume ? options.resume.model : options.model;
  requireModel(options.resume ? 'resume.model' : 'model', model);
  if (options.target !== undefined) requireModel('target', options.target);
  if (step !== undefined && method === 'levenbergMarquardt') {
    const remedy = "Leave it out, or use the method 'gradientDescent'.";
    throw new ValueError('has no meaning for Levenberg–Marquardt', {
      field: 'step',
      value: step,
      remedy,
    });
  }
  requireTolerances(options.tolerances);
  if (inputDim !== undefined) requireInteger('inputDim', inputDim, model.spec.inputDim);
  // A target of another kind is found out now, not when the certificate is made.
  if (options.target?.spec.experts === model.spec.experts) parameterError(model, options.target);
  requireInteger('maxSteps', maxSteps, 0);
  requireInteger('recordEvery', recordEvery, 1);
  requireFinite('gradientNorm', gradientNorm, 0);
}

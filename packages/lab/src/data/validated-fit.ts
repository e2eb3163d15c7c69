import { levenbergMarquardt } from '@softmoe/finetune';
import { forward, type MoE, type Points, type Watch } from '@softmoe/model';
import { type Dataset, leastSquares, residualsOn } from '@softmoe/sampled';
import { run } from '@softmoe/train';

/** How far a model is from the targets of some points. */
export interface ErrorOn {
  /** Root of the mean squared error: of standardised targets, in standard deviations of the rows trained on. */
  readonly rmse: number;
  /** Mean squared error, and one standard error of it as an estimate from these points. */
  readonly meanSquare: number;
  readonly standardError: number;
}

/** The error of `model` on `points`; the standard error is 0 of one point, which says nothing of its spread. */
export function errorOn(model: MoE, points: Points): ErrorOn {
  return errorOf(squaredErrors(model, points));
}

function errorOf(squares: Float64Array): ErrorOn {
  const { mean, standardError } = meanOf(squares);
  return { rmse: Math.sqrt(mean), meanSquare: mean, standardError };
}

/** The squared errors of `model` on each of `points`, [size]. */
export function squaredErrors(model: MoE, { inputs, targets, size }: Points): Float64Array {
  const outputs = forward(model, inputs, size);
  return outputs.map((f, s) => (f - (targets[s] ?? Number.NaN)) ** 2);
}

/** The mean of `values` and its standard error as an estimate from them, 0 of one value. */
export function meanOf(values: Float64Array): {
  readonly mean: number;
  readonly standardError: number;
} {
  const { length } = values;
  const mean = values.reduce((sum, value) => sum + value, 0) / length;
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(length > 1 ? spread / (length - 1) / length : 0) };
}

/** When Levenberg–Marquardt on a sample ends. */
export interface Stopping {
  /** Steps at most; 100 by default. */
  readonly steps: number;
  /** Steps that the validation error may take without falling; 12 by default. */
  readonly patience: number;
}

/** Where Levenberg–Marquardt on a sample came. */
export interface ValidatedFit {
  /** The iterate of least validation error. */
  readonly model: MoE;
  readonly validation: ErrorOn;
  /** Steps taken, of which the first `best` led to the model. */
  readonly steps: number;
  readonly best: number;
  /**
   * `validation` where that error no longer fell, `steps` at their limit, `rounding` where float64 allowed no more progress, `behind`
   * where a rival had had less error after as many steps.
   */
  readonly reason: 'validation' | 'steps' | 'rounding' | 'behind';
  /** The least mean squared error on validation so far, after every step from 0 on. */
  readonly course: readonly number[];
}

/** What is told of a step of Levenberg–Marquardt on a sample. */
export interface FitRecord {
  /** Units of the model that is trained. */
  readonly units: number;
  readonly step: number;
  /** Steps at most. */
  readonly steps: number;
  /** RMSE on validation. */
  readonly validation: number;
}

/** How training on a sample is followed and stopped from outside. */
export interface FitWatch<Record = FitRecord> extends Watch {
  /** Called after every step. */
  readonly onRecord?: ((record: Record) => void) | undefined;
}

/** Steps that a fit has before it is compared with a rival. */
const CHANCE = 12;
/** A validation error has fallen where its square is less by at least this share. */
const FALLEN = 1e-4;
/** Systems up to this size are factored: conjugate gradients take longer on what a sample determines badly. */
const DENSE_LIMIT = 1000;

/**
 * Levenberg–Marquardt, docs/theory.md (32), from `start` on the rows to train on, stopped by the validation error: the model returned
 * is the iterate where that was least. From step 12 on it is given up where it is behind a `rival`, which is the course of another fit.
 * Throws the reason of the signal once that has aborted.
 */
export async function validatedFit(
  start: MoE,
  { train, validation }: Pick<Dataset, 'train' | 'validation'>,
  { steps, patience }: Stopping,
  { signal, onWork, onRecord }: FitWatch = {},
  rival: readonly number[] = [],
): Promise<ValidatedFit> {
  const stepper = levenbergMarquardt({
    ...leastSquares(train),
    denseLimit: DENSE_LIMIT,
    easing: 'patient',
  });
  const residuals = residualsOn(validation);
  let best = { model: start, validation: errorOn(start, validation), best: 0 };
  const course: number[] = [];
  let taken = 0;
  let reason: ValidatedFit['reason'] = 'rounding';
  for await (const { step, state } of run(stepper, { start, until: { steps }, signal, onWork })) {
    taken = step;
    const { model } = state;
    const error = errorOf((await residuals(model)).map((residual) => residual ** 2));
    onRecord?.({ units: model.spec.experts, step, steps, validation: error.rmse });
    if (error.meanSquare < (1 - FALLEN) * best.validation.meanSquare) {
      best = { model, validation: error, best: step };
    }
    course[step] = best.validation.meanSquare;
    if (step === steps) reason = 'steps';
    else if (step - best.best >= patience) reason = 'validation';
    else if (step >= CHANCE && course[step] > (rival[step] ?? rival.at(-1) ?? Infinity)) {
      reason = 'behind';
    } else continue;
    break;
  }
  signal?.throwIfAborted();
  return { ...best, steps: taken, reason, course };
}

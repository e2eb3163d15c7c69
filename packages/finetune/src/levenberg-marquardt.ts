import { type Estimator, type Frame, type MoE, retract, UnknownNameError } from '@softmoe/model';
import { requireFunction, requireInteger, requireKeys } from '@softmoe/model/checks';
import {
  addScaled,
  DENSE_LIMIT,
  dot,
  frameOf,
  fromTangentCoordinates,
  gradientScale,
  normParams,
  projectTangent,
  scaleParams,
  toTangentCoordinates,
} from '@softmoe/model/linalg';
import { ownMemory, type Stepper } from '@softmoe/train';
import { dampedSolver } from './damped-solver.ts';
import { GRADIENT_ROUNDING, LOSS_ROUNDING, NO_GRADIENT, standStill, startAt } from './progress.ts';

/** An {@link Estimator}, or these parts of one. */
export interface LevenbergMarquardtOptions extends Pick<Estimator, 'objective'> {
  /** Only the Gauss–Newton part inside the span is used, and of the complement's the diagonal. */
  readonly curvature: Estimator['curvature'];
  /** Size up to which a system whose matrix is at hand is factored; above it conjugate gradients solve it. Default 300. */
  readonly denseLimit?: number;
  /**
   * How the damping falls after a good step: `eager`, by a factor of 4, or `patient`, by 2 and only if the step was taken at the first
   * trial. Far from the end, where what one step allowed the next one often refuses, patience spares a third of the trials.
   * Default `eager`.
   */
  readonly easing?: 'eager' | 'patient';
}

/** What Levenberg–Marquardt remembers. */
export interface LevenbergMarquardtMemory {
  /** λ/‖∇L‖ with which the next step is tried first. */
  readonly damping: number;
  /** ½E y². */
  readonly nullLoss: number;
}

/** A step is taken when the loss falls by at least this share of what the quadratic model predicts. */
const TAKEN = 1e-3;
/** The damping falls by its factor at a gain above the first number, rises by it at one below the second. */
const GOOD = 0.75;
const POOR = 0.25;
const DAMPING_FACTOR = 4;
const LEAST_DAMPING = 1e-6;
const MAX_TRIALS = 40;

const BLANK: LevenbergMarquardtMemory = { damping: 0.01, nullLoss: 0 };

/**
 * Levenberg–Marquardt, docs/theory.md (32): (N + λI) δ = −∇L for the Gauss–Newton matrix N, then a retraction. λ is
 * damping·‖∇L‖, the damping adapted by the gain ratio, so that near a zero-loss minimum with N > 0 convergence is
 * quadratic.
 *
 * The gradient lies in the span of all rows, so the systems are those of the span block, of size 2m(r − 1) + m whatever
 * d is: the model is expressed in the curvature's basis, moves there, and is lifted back. They are solved by a
 * factorisation up to size `denseLimit`, by conjugate gradients above it. Time counts steps.
 */
export function levenbergMarquardt(
  estimator: LevenbergMarquardtOptions,
): Stepper<LevenbergMarquardtMemory> {
  requireKeys('options', estimator, [
    'objective',
    'curvature',
    'gram',
    'exact',
    'denseLimit',
    'easing',
  ]);
  const { objective, curvature, denseLimit = DENSE_LIMIT, easing = 'eager' } = estimator;
  requireFunction('objective.evaluate', objective?.evaluate);
  requireFunction('curvature', curvature);
  requireInteger('denseLimit', denseLimit, 0);
  requireEasing(easing);
  return {
    init: (model) => startAt(model, objective, BLANK),
    async step(state, _until, watch) {
      const memory = ownMemory(state.memory, BLANK);
      const { model, evaluation: before } = state;
      const norm = normParams(before.gradient);
      const scale = gradientScale(memory.nullLoss, 1);
      if (state.stalled || norm <= NO_GRADIENT * scale) return standStill(state, memory);

      const found = await curvature(model, watch);
      const frame = frameOf(found.basis, model.spec.frame);
      const local = frame.lower(model);
      const downhill = toTangentCoordinates(
        local,
        projectTangent(local, frame.lowerVector(scaleParams(-1, before.gradient))),
      );
      const solve = dampedSolver(found, downhill, norm / scale, denseLimit);
      let { damping } = memory;
      for (let trial = 0; trial < MAX_TRIALS; trial++, damping *= DAMPING_FACTOR) {
        const lambda = damping * norm;
        const move = await solve(lambda, watch);
        if (!move) continue;
        const candidate = moved(local, move, frame);
        const after = await objective.evaluate(candidate, state.step + 1);
        const predicted = 0.5 * (lambda * dot(move, move) + dot(downhill, move));
        const gain =
          predicted > LOSS_ROUNDING * memory.nullLoss
            ? gainRatio(before.loss - after.loss, predicted)
            : gradientGain(norm, normParams(after.gradient), GRADIENT_ROUNDING * scale);
        if (gain >= TAKEN) {
          if (gain > GOOD) damping = Math.max(LEAST_DAMPING, damping / fallOf(easing, trial));
          if (gain < POOR) damping *= DAMPING_FACTOR;
          const next = { step: state.step + 1, time: state.time + 1, model: candidate };
          return { ...state, ...next, evaluation: after, memory: { ...memory, damping } };
        }
        if (norm <= GRADIENT_ROUNDING * scale) break;
      }
      return standStill(state, memory);
    },
  };
}

/** The model of `local` after a move in its tangent coordinates, back in the space of the basis. */
function moved(local: MoE, move: Float64Array, frame: Frame): MoE {
  const displaced = addScaled(local.params, 1, fromTangentCoordinates(local, move));
  return frame.lift(retract(local.spec, displaced));
}

function requireEasing(easing: string): void {
  if (easing === 'eager' || easing === 'patient') return;
  throw new UnknownNameError('is not a way of easing the damping', {
    field: 'easing',
    value: easing,
    remedy: 'Use eager or patient.',
  });
}

/** What the damping is divided by after a good step that was taken at that trial, from 0 on. */
function fallOf(easing: 'eager' | 'patient', trial: number): number {
  if (easing === 'eager') return DAMPING_FACTOR;
  return trial === 0 ? 2 : 1;
}

function gainRatio(fall: number, predicted: number): number {
  return Number.isFinite(fall) ? fall / predicted : 0;
}

/** Where the fall of the loss drowns in rounding the gradient decides: it must shrink, and by half once near rounding. */
function gradientGain(before: number, after: number, rounding: number): number {
  return after < (before > rounding ? before : 0.5 * before) ? 1 : 0;
}

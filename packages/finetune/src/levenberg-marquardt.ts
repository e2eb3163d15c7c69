import {
  addScaled,
  dot,
  type Frame,
  frameOf,
  fromTangentCoordinates,
  type MoE,
  normParams,
  type Objective,
  projectTangent,
  requireKeys,
  retract,
  scaleParams,
  toTangentCoordinates,
} from '@softmoe/model';
import { solvePositive } from '@softmoe/model/linalg';
import type { Stepper } from '@softmoe/train';
import { type CurvatureOf, requireSources } from './curvature-of.ts';
import { memoryOf, withMemory } from './memory.ts';
import { GRADIENT_ROUNDING, gradientScale, LOSS_ROUNDING, NO_GRADIENT, nullLoss } from './scale.ts';

export interface LevenbergMarquardtOptions {
  readonly objective: Objective;
  /** Only the Gauss–Newton part of the span block is used. */
  readonly curvature: CurvatureOf;
}

/** A step is taken when the loss falls by at least this share of what the quadratic model predicts. */
const TAKEN = 1e-3;
/** The damping falls by its factor at a gain above the first number, rises by it at one below the second. */
const GOOD = 0.75;
const POOR = 0.25;
const DAMPING_FACTOR = 4;
const LEAST_DAMPING = 1e-6;
const MAX_TRIALS = 40;

const blank = { damping: 0.01, nullLoss: 0, stalled: 0 };

/**
 * Levenberg–Marquardt, docs/theory.md (32): (N + λI) δ = −∇L for the Gauss–Newton matrix N, then a retraction. λ is
 * damping·‖∇L‖, the damping adapted by the gain ratio, so that near a zero-loss minimum with N > 0 convergence is
 * quadratic.
 *
 * The gradient lies in the span of all rows, so the systems are those of the span block, of size 2m(r − 1) + m whatever
 * d is: the model is expressed in the curvature's basis, moves there, and is lifted back. A step costs one curvature and
 * O((mr)³). Time counts steps.
 */
export function levenbergMarquardt(options: LevenbergMarquardtOptions): Stepper {
  requireKeys('options', options, ['objective', 'curvature']);
  requireSources(options);
  const { objective } = options;
  return {
    async init(model) {
      const evaluation = await objective.evaluate(model, 0);
      const scale = await nullLoss(objective, model);
      const start = { step: 0, time: 0, model, evaluation, method: { numbers: {}, arrays: {} } };
      return withMemory(start, { ...blank, nullLoss: scale });
    },
    async step(state) {
      const memory = memoryOf(state, blank);
      const stalled = withMemory(state, { ...memory, stalled: 1 });
      const { model, evaluation: before } = state;
      const norm = normParams(before.gradient);
      const scale = gradientScale(memory.nullLoss, 1);
      if (memory.stalled || norm <= NO_GRADIENT * scale) return stalled;

      const { span, basis } = await options.curvature(model);
      const frame = frameOf(basis, model.spec.frame);
      const local = frame.lower(model);
      const downhill = toTangentCoordinates(
        local,
        projectTangent(local, frame.lowerVector(scaleParams(-1, before.gradient))),
      );
      let { damping } = memory;
      for (let trial = 0; trial < MAX_TRIALS; trial++, damping *= DAMPING_FACTOR) {
        const lambda = damping * norm;
        const move = solvePositive(span.gaussNewton, lambda, downhill);
        if (!move) continue;
        const candidate = moved(local, move, frame);
        const after = await objective.evaluate(candidate, state.step + 1);
        const predicted = 0.5 * (lambda * dot(move, move) + dot(downhill, move));
        const gain =
          predicted > LOSS_ROUNDING * memory.nullLoss
            ? gainRatio(before.loss - after.loss, predicted)
            : gradientGain(norm, normParams(after.gradient), GRADIENT_ROUNDING * scale);
        if (gain >= TAKEN) {
          if (gain > GOOD) damping = Math.max(LEAST_DAMPING, damping / DAMPING_FACTOR);
          if (gain < POOR) damping *= DAMPING_FACTOR;
          const next = { step: state.step + 1, time: state.time + 1, model: candidate };
          return withMemory({ ...state, ...next, evaluation: after }, { ...memory, damping });
        }
        if (norm <= GRADIENT_ROUNDING * scale) break;
      }
      return stalled;
    },
  };
}

/** The model of `local` after a move in its tangent coordinates, back in the space of the basis. */
function moved(local: MoE, move: Float64Array, frame: Frame): MoE {
  const displaced = addScaled(local.params, 1, fromTangentCoordinates(local, move));
  return frame.lift(retract(local.spec, displaced));
}

function gainRatio(fall: number, predicted: number): number {
  return Number.isFinite(fall) ? fall / predicted : 0;
}

/** Where the fall of the loss drowns in rounding the gradient decides: it must shrink, and by half once near rounding. */
function gradientGain(before: number, after: number, rounding: number): number {
  return after < (before > rounding ? before : 0.5 * before) ? 1 : 0;
}

import { type MoE, type Objective, retract, ValueError, type Watch } from '@softmoe/model';
import { requireFinite, requireFunction, requireKeys } from '@softmoe/model/checks';
import { addScaled, gradientScale, normParams } from '@softmoe/model/linalg';
import { DivergedError, ownMemory, type Stepper, type TrainState } from '@softmoe/train';
import { GRADIENT_ROUNDING, LOSS_ROUNDING, NO_GRADIENT, standStill, startAt } from './progress.ts';

/** What {@link gradientDescent} descends on, and what its step comes from. */
export interface GradientDescentOptions {
  readonly objective: Objective;
  /** Ends of the spectrum of the Hessian at a model, to a few digits: `spectrumEnds` of @softmoe/certify gives them. */
  readonly spectrum: (
    model: MoE,
    watch?: Watch,
  ) => Promise<{ readonly mu: number; readonly lambdaMax: number }>;
  /** A step η to keep whatever happens. By default it is derived from the spectrum. */
  readonly step?: number;
}

/** What gradient descent remembers. Step numbers are those of the state. */
export interface DescentMemory {
  /** η of the next step, and the number of the first step that was taken with it. */
  readonly step: number;
  readonly stepSince: number;
  /** How near a minimum is: 0 not known to be near, 1 isolated and near, 2 near enough to hold the step fixed. */
  readonly stage: number;
  /** Ends of the spectrum when it was last looked at, and the length of the gradient then. */
  readonly mu: number;
  readonly lambdaMax: number;
  readonly lookNorm: number;
  /** The spectrum is looked at again at step `nextLook`, and `interval` steps after that. */
  readonly nextLook: number;
  readonly interval: number;
  /** ½E y². */
  readonly nullLoss: number;
  /** Length of the gradient at step `markAt`, when progress was last measured. */
  readonly markNorm: number;
  readonly markAt: number;
}

/** How near a minimum is: not known to be near, isolated and near, near enough to hold the step fixed. */
const FAR = 0;
const ISOLATED = 1;
const SETTLED = 2;
/** Bound of the Lipschitz constant of the Hessian over λ_max: third derivatives are up to 3.9 at orthonormal teachers, λ_max 1.08. */
const LIPSCHITZ = 4;
/** Estimated distance ‖∇L‖/μ to the minimum below which the best step is held fixed. */
const SETTLED_DISTANCE = 1e-5;
/** The spectrum is looked at again after this many steps, a number that doubles each time. */
const FIRST_INTERVAL = 100;
/** For an earlier look the gradient has to have shrunk by this factor; */
const SHRUNK = 0.5;
/** by this one where μ ≤ 0, which says nothing about the distance. */
const SHRUNK_FAR = 0.01;
/** Where rounding may set in, the gradient has to halve in the steps that should shrink it to a tenth, or in these. */
const DEFAULT_PATIENCE = 200;
const MAX_PATIENCE = 5000;

const BLANK: DescentMemory = {
  step: 0,
  stepSince: 0,
  stage: FAR,
  mu: 0,
  lambdaMax: 0,
  lookNorm: Infinity,
  nextLook: 0,
  interval: FIRST_INTERVAL,
  nullLoss: 0,
  markNorm: Infinity,
  markAt: 0,
};

/**
 * Gradient descent on the plain flow (Euler), docs/theory.md (18), with a step from the spectrum of the Hessian. Far from
 * a minimum it is 1/λ_max. Where ‖∇L‖·4λ_max ≤ ½μ², which says that an isolated minimum is near, it is the best one,
 * 2/(μ + λ_max), docs/theory.md (31); from an estimated distance of 1e-5 on that is held fixed, so that the contraction
 * can be measured against docs/theory.md (30). A step that would raise the loss is halved. Time is flow time.
 */
export function gradientDescent(options: GradientDescentOptions): Stepper<DescentMemory> {
  requireKeys('options', options, ['objective', 'spectrum', 'step']);
  const { objective, spectrum, step: fixed } = options;
  requireFunction('objective.evaluate', objective?.evaluate);
  requireFunction('spectrum', spectrum);
  if (fixed !== undefined) requireFinite('step', fixed, Number.MIN_VALUE);
  return {
    init: (model) => startAt(model, objective, { ...BLANK, step: fixed ?? 0 }),
    async step(state, _until, watch) {
      const memory = ownMemory(state.memory, BLANK);
      if (state.stalled) return state;
      const { stuck, ...progress } = watchProgress(state, memory);
      const known = { ...memory, ...progress };
      if (stuck) return standStill(state, known);
      if (fixed !== undefined) return descend(state, known, objective, false);
      return descend(state, await chooseStep(state, known, spectrum, watch), objective, true);
    },
  };
}

/** η that the state's last steps were taken with, and since which step: what its certificate measures the run against. */
export function descentStep(state: TrainState): Pick<DescentMemory, 'step' | 'stepSince'> {
  const { step, stepSince } = ownMemory(state.memory, BLANK);
  return { step, stepSince };
}

async function descend(
  state: TrainState<DescentMemory>,
  memory: DescentMemory,
  objective: Objective,
  mayHalve: boolean,
): Promise<TrainState<DescentMemory>> {
  const highest = state.evaluation.loss + LOSS_ROUNDING * memory.nullLoss;
  const step = state.step + 1;
  let eta = memory.step;
  for (;;) {
    const model = downhill(state, eta);
    const evaluation = await objective.evaluate(model, step);
    if (!mayHalve || evaluation.loss <= highest) {
      const next = { ...state, step, time: state.time + eta, model, evaluation };
      return { ...next, memory: eta === memory.step ? memory : afterHalving(state, memory, eta) };
    }
    eta /= 2;
    if (eta * memory.lambdaMax < Number.EPSILON) return standStill(state, memory);
  }
}

/** The model one step of length `eta` down the gradient. Throws {@link DivergedError} where that has no place. */
function downhill(state: TrainState, eta: number): MoE {
  const { spec, params } = state.model;
  try {
    return retract(spec, addScaled(params, -eta, state.evaluation.gradient));
  } catch (cause) {
    if (!(cause instanceof ValueError)) throw cause;
    throw new DivergedError(cause.field, cause.value, state, { cause });
  }
}

function afterHalving(state: TrainState, memory: DescentMemory, step: number): DescentMemory {
  const nextLook = Math.min(memory.nextLook, state.step + FIRST_INTERVAL);
  return { ...memory, step, stepSince: state.step, stage: FAR, nextLook };
}

/** Looks at the spectrum if that is due, and sets the step by it. */
async function chooseStep(
  state: TrainState,
  memory: DescentMemory,
  spectrum: GradientDescentOptions['spectrum'],
  watch: Watch | undefined,
): Promise<DescentMemory> {
  const norm = normParams(state.evaluation.gradient);
  if (!isDue(state.step, norm, memory)) return memory;
  const { mu, lambdaMax } = await spectrum(state.model, watch);
  const stage = stageOf(norm, mu, lambdaMax);
  return {
    ...memory,
    step: stage === FAR ? 1 / (Math.max(lambdaMax, -mu) || 1) : 2 / (mu + lambdaMax),
    stepSince: state.step,
    stage,
    mu,
    lambdaMax,
    lookNorm: norm,
    interval: 2 * memory.interval,
    nextLook: stage === SETTLED ? Infinity : state.step + memory.interval,
  };
}

function isDue(step: number, norm: number, memory: DescentMemory): boolean {
  if (step >= memory.nextLook) return true;
  if (memory.mu <= 0) return norm <= SHRUNK_FAR * memory.lookNorm;
  const closer = stageOf(norm, memory.mu, memory.lambdaMax) > memory.stage;
  return closer && norm <= SHRUNK * memory.lookNorm;
}

/**
 * Isolated: ‖∇L‖·4λ_max ≤ ½μ², the Newton–Kantorovich condition for a minimum nearby, with 4λ_max for the Lipschitz
 * constant of the Hessian. Where a proof holds the start of a run, docs/theory.md (66), it then holds for all of its steps.
 */
function stageOf(norm: number, mu: number, lambdaMax: number): number {
  if (!(mu > 0 && norm * ((LIPSCHITZ * lambdaMax) / mu) <= 0.5 * mu)) return FAR;
  return norm <= SETTLED_DISTANCE * mu ? SETTLED : ISOLATED;
}

/** Notes from time to time how far the gradient has shrunk, and whether rounding no longer lets it. */
function watchProgress(
  state: TrainState,
  memory: DescentMemory,
): Pick<DescentMemory, 'markNorm' | 'markAt'> & { readonly stuck: boolean } {
  const { mu, lambdaMax, step, markNorm, markAt } = memory;
  const norm = normParams(state.evaluation.gradient);
  const curvature = lambdaMax || (step > 0 ? 1 / step : 0);
  const scale = gradientScale(memory.nullLoss, curvature);
  const none = norm <= Math.max(Number.EPSILON * mu, NO_GRADIENT * scale);
  const expected = mu > 0 ? Math.ceil(Math.LN10 / (step * mu)) : DEFAULT_PATIENCE;
  if (none || state.step - markAt < Math.min(expected, MAX_PATIENCE)) {
    return { markNorm, markAt, stuck: none };
  }
  const stuck = norm <= GRADIENT_ROUNDING * scale && norm > 0.5 * markNorm;
  return { markNorm: norm, markAt: state.step, stuck };
}

import type { MoE, Params } from '@softmoe/model';
import { requireFinite, requireKeys, requireObject } from '@softmoe/model/checks';
import { displace } from '../displace.ts';
import { DivergedError, StepSizeError } from '../errors.ts';
import type { Flow, Method } from '../integrate.ts';
import { type Evaluation, NO_MEMORY, type NoMemory, ownMemory, type TrainState } from '../state.ts';
import { errorNorm, firstStep, growthAfterAccept, shrinkAfterReject } from './step-control.ts';

/**
 * An explicit Runge–Kutta method whose last stage is its result, so that the slope there starts the next step.
 *
 * On the manifold every stage and the result are normalised back, which is the method applied to the field extended by
 * F(x) = F(x/|x|). That field is smooth, keeps |x| constant, and the last normalisation is a projection on the exact
 * solution's manifold: the order is that of the tableau.
 */
export interface Tableau {
  readonly order: number;
  /** Row s holds a_{s,l}: stage s + 1 is x + h Σ_l a_{s,l} k_l. The last row is the result. */
  readonly stages: readonly (readonly number[])[];
  /** Weights of the difference to the embedded method of one order less, over all stages and the slope at the result. */
  readonly error: readonly number[];
}

/** How an adaptive method chooses its step. */
export interface AdaptiveOptions {
  /** Error allowed in one step relative to the length of a row. Default 1e-4. */
  readonly rtol?: number;
  /** Error allowed in one step where a row is near zero, as amplitudes can be. Default 1e-9. */
  readonly atol?: number;
  /** Length of the first step; by default from the speed at the start. */
  readonly initialStep?: number;
  /** Least length before a StepSizeError. Default 1e-12. */
  readonly minStep?: number;
  /** Greatest length. Default 1e6: at a critical point the error is 0 and nothing else stops the growth. */
  readonly maxStep?: number;
}

/** Steps of one length, with no control of the error. */
export interface FixedOptions {
  readonly fixedStep: number;
}

/** What an adaptive method remembers. */
export interface AdaptiveMemory {
  /** Length of the next step, unless it is cut. */
  readonly stepSize: number;
  /** Estimated error of the last step, in units of what is allowed. */
  readonly previousError: number;
  /** Evaluations of the objective so far. */
  readonly evaluations: number;
  /** Steps taken back so far. */
  readonly rejections: number;
}

/** What a Runge–Kutta method remembers: nothing with steps of one length. */
export type RungeKuttaMemory = AdaptiveMemory | NoMemory;

const BLANK: AdaptiveMemory = { stepSize: 0, previousError: 1, evaluations: 1, rejections: 0 };

const ADAPTIVE: readonly (keyof AdaptiveOptions)[] = [
  'rtol',
  'atol',
  'initialStep',
  'minStep',
  'maxStep',
];

/** The method of an embedded pair, adaptive unless a fixed step is asked for. Throws a typed error for bad options. */
export function rungeKutta(
  tableau: Tableau,
  options: AdaptiveOptions | FixedOptions,
): Method<RungeKuttaMemory> {
  requireObject('method', options, ['fixedStep', ...ADAPTIVE]);
  return 'fixedStep' in options
    ? fixedRungeKutta(tableau, options)
    : adaptiveRungeKutta(tableau, options);
}

/** The method of a tableau with steps of one length. Throws a typed error for options out of range or unknown. */
export function fixedRungeKutta(tableau: Tableau, options: FixedOptions): Method<NoMemory> {
  requireKeys('method', options, ['fixedStep']);
  const { fixedStep } = options;
  requireFinite('method.fixedStep', fixedStep, Number.MIN_VALUE);
  return {
    order: tableau.order,
    init: () => NO_MEMORY,
    async step(flow, state, until) {
      const memory = ownMemory(state.memory, NO_MEMORY);
      const { length, time } = clip(state.time, fixedStep, until);
      const slopes = [flow.field(state.model, state.evaluation.gradient)];
      const end = await runStages(flow, tableau, state, slopes, length);
      if (!end) throw new DivergedError('params', `step of ${length}`, state);
      return { ...state, step: state.step + 1, time, ...end, memory };
    },
  };
}

/**
 * The method of an embedded pair: the step is the longest whose estimated error, the largest over all rows, stays
 * within atol + rtol·|row|. Throws a typed error for options out of range or unknown; `step` throws
 * {@link StepSizeError}.
 */
function adaptiveRungeKutta(tableau: Tableau, options: AdaptiveOptions): Method<AdaptiveMemory> {
  requireKeys('method', options, ADAPTIVE);
  const { rtol = 1e-4, atol = 1e-9, initialStep, minStep = 1e-12, maxStep = 1e6 } = options;
  requireFinite('method.rtol', rtol, 0);
  requireFinite('method.atol', atol, Number.MIN_VALUE);
  requireFinite('method.minStep', minStep, Number.MIN_VALUE);
  requireFinite('method.maxStep', maxStep, minStep);
  if (initialStep !== undefined) requireFinite('method.initialStep', initialStep, minStep, maxStep);
  const { order } = tableau;

  return {
    order,
    init({ field }, { model, evaluation }) {
      const guess = initialStep ?? firstStep(model, field(model, evaluation.gradient));
      return { ...BLANK, stepSize: Math.min(Math.max(guess, minStep), maxStep) };
    },
    async step(flow, state, until) {
      const { previousError, ...memory } = ownMemory(state.memory, BLANK);
      let { stepSize, evaluations, rejections } = memory;
      const first = flow.field(state.model, state.evaluation.gradient);
      for (let rejected = false; ; rejected = true, rejections++) {
        const { length, time, clipped } = clip(state.time, stepSize, until);
        const slopes = [first];
        const end = await runStages(flow, tableau, state, slopes, length);
        evaluations += tableau.stages.length;
        let error = Infinity;
        if (end && Number.isFinite(end.evaluation.loss)) {
          slopes.push(flow.field(end.model, end.evaluation.gradient));
          error = errorNorm(state.model, end.model, length, tableau.error, slopes, rtol, atol);
        }
        if (end && error <= 1) {
          const growth = growthAfterAccept(error, previousError, order, rejected);
          if (!clipped) stepSize = Math.min(length * growth, maxStep);
          const memory = { stepSize, previousError: error, evaluations, rejections };
          return { ...state, step: state.step + 1, time, ...end, memory };
        }
        stepSize = length * shrinkAfterReject(error, order);
        if (!(stepSize >= minStep && state.time + stepSize > state.time)) {
          throw new StepSizeError(stepSize, minStep, state);
        }
      }
    },
  };
}

/** A step that would end at `until`, to rounding, or past it ends there exactly. */
function clip(from: number, length: number, until: number) {
  const rest = Math.max(until - from, 0);
  const clipped = rest <= length * (1 + 1e-6);
  return clipped
    ? { length: rest, time: until, clipped }
    : { length, time: from + length, clipped };
}

/** Appends the slopes of the inner stages to `slopes` and returns the result; undefined if a stage isn't finite. */
async function runStages(
  { field, objective }: Flow,
  { stages }: Tableau,
  { model, step }: TrainState,
  slopes: Params[],
  length: number,
): Promise<{ model: MoE; evaluation: Evaluation } | undefined> {
  for (let s = 0; ; s++) {
    const scales = stages[s]!.map((a) => a * length);
    const stage = displace(model, scales, slopes);
    if (!stage) return undefined;
    const last = s === stages.length - 1;
    const evaluation = await objective.evaluate(stage, last ? step + 1 : step);
    if (last) return { model: stage, evaluation };
    slopes.push(field(stage, evaluation.gradient));
  }
}

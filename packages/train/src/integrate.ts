import type { Objective, Watch } from '@softmoe/model';
import { requireFunction } from '@softmoe/model/checks';
import { breather } from '@softmoe/model/linalg';
import type { VectorField } from './fields.ts';
import type { Evaluation, Stepper, TrainState } from './state.ts';

/** The differential equation ẋ = field(x, ∇L(x)) on the parameters' manifold. */
export interface Flow {
  readonly field: VectorField;
  readonly objective: Objective;
}

/** A one-step method for a {@link Flow}: one file in `methods/`. */
export interface Method<Memory = unknown> {
  /** Order of convergence: at a fixed step h the error at a fixed time is O(h^order). */
  readonly order: number;
  /** What the method remembers at the start. */
  init(flow: Flow, start: Omit<TrainState, 'memory'>): Memory;
  /** One step of the method's own length, cut to end at `until` if it would reach past it. */
  step(flow: Flow, state: TrainState<Memory>, until: number): Promise<TrainState<Memory>>;
}

/**
 * A stepper that follows the flow of `field` down `objective` by `method`; time is flow time. Throws `ValueError` for what
 * is no field, objective or method.
 */
export function integrate<Memory>(
  field: VectorField,
  objective: Objective,
  method: Method<Memory>,
): Stepper<Memory> {
  requireFunction('field', field);
  requireFunction('objective.evaluate', objective?.evaluate);
  requireFunction('method.step', method?.step);
  const flow: Flow = { field, objective };
  const breathe = breather();
  return {
    async init(model) {
      const evaluation: Evaluation = await objective.evaluate(model, 0);
      const start = { step: 0, time: 0, model, evaluation };
      return { ...start, memory: method.init(flow, start) };
    },
    step: (state, until = Infinity, watch = {}) =>
      method.step({ field, objective: interruptible(objective, breathe, watch) }, state, until),
  };
}

/** `objective` with a pause before an evaluation now and then: a step of a large model has several long ones. */
function interruptible(
  objective: Objective,
  breathe: ReturnType<typeof breather>,
  { signal }: Watch,
): Objective {
  return {
    async evaluate(model, step) {
      const pause = breathe();
      if (pause) {
        await pause;
        signal?.throwIfAborted();
      }
      return objective.evaluate(model, step);
    },
  };
}

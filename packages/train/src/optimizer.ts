import { type MoE, type Objective, type Params, requireFunction, ValueError } from '@softmoe/model';
import { DivergedError } from './errors.ts';
import type { MethodState, Stepper } from './state.ts';

/**
 * A rule that turns a Riemannian gradient into a better model. `update` is pure: it returns a new model on the
 * manifold and what the rule remembers for its next update.
 */
export interface Optimizer<S extends MethodState = MethodState> {
  /** Flow time that one update stands for; without it an update counts as 1. */
  readonly timeStep?: number;
  init(model: MoE): S;
  update(gradient: Params, state: S, model: MoE): { model: MoE; state: S };
}

/**
 * A stepper that takes one update of `optimizer` a step, on the batch of that step where `objective` draws batches. Throws
 * {@link ValueError} for what is no optimiser or no objective.
 */
export function descend(optimizer: Optimizer, objective: Objective): Stepper {
  requireFunction('optimizer.update', optimizer?.update);
  requireFunction('objective.evaluate', objective?.evaluate);
  const { timeStep = 1 } = optimizer;
  return {
    async init(model) {
      const evaluation = await objective.evaluate(model, 0);
      return { step: 0, time: 0, model, evaluation, method: optimizer.init(model) };
    },
    async step(state) {
      const step = state.step + 1;
      const { model, state: method } = updated(state);
      const evaluation = await objective.evaluate(model, step);
      return { ...state, step, time: step * timeStep, model, evaluation, method };
    },
  };

  function updated(state: Parameters<Stepper['step']>[0]) {
    try {
      return optimizer.update(state.evaluation.gradient, state.method, state.model);
    } catch (cause) {
      if (cause instanceof ValueError && cause.field.startsWith('params.')) {
        throw new DivergedError(cause.field, cause.value, state, { cause });
      }
      throw cause;
    }
  }
}

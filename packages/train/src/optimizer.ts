import { type MoE, type Objective, type Params, ValueError } from '@softmoe/model';
import { requireFunction } from '@softmoe/model/checks';
import { DivergedError } from './errors.ts';
import type { Stepper, TrainState } from './state.ts';

/**
 * A rule that turns a Riemannian gradient into a better model. `update` is pure: it returns a new model on the
 * manifold and what the rule remembers for its next update.
 */
export interface Optimizer<Memory = unknown> {
  /** Flow time that one update stands for; without it an update counts as 1. */
  readonly timeStep?: number;
  init(model: MoE): Memory;
  update(gradient: Params, memory: Memory, model: MoE): { model: MoE; memory: Memory };
}

/**
 * A stepper that takes one update of `optimizer` a step, on the batch of that step where `objective` draws batches. Throws
 * {@link ValueError} for what is no optimiser or no objective.
 */
export function descend<Memory>(
  optimizer: Optimizer<Memory>,
  objective: Objective,
): Stepper<Memory> {
  requireFunction('optimizer.update', optimizer?.update);
  requireFunction('objective.evaluate', objective?.evaluate);
  const { timeStep = 1 } = optimizer;
  return {
    async init(model) {
      const evaluation = await objective.evaluate(model, 0);
      return { step: 0, time: 0, model, evaluation, memory: optimizer.init(model) };
    },
    async step(state) {
      const step = state.step + 1;
      const { model, memory } = updated(state);
      const evaluation = await objective.evaluate(model, step);
      return { ...state, step, time: step * timeStep, model, evaluation, memory };
    },
  };

  function updated(state: TrainState<Memory>) {
    try {
      return optimizer.update(state.evaluation.gradient, state.memory, state.model);
    } catch (cause) {
      if (cause instanceof ValueError && cause.field.startsWith('params.')) {
        throw new DivergedError(cause.field, cause.value, state, { cause });
      }
      throw cause;
    }
  }
}

import type { MoE, Objective } from '@softmoe/model';
import { nullLoss } from '@softmoe/model/linalg';
import type { TrainState } from '@softmoe/train';

/** Differences of the loss below this share of the null loss are rounding. */
export const LOSS_ROUNDING = 1e-14;
/** Below this share of its scale a gradient that no longer shrinks has met rounding. */
export const GRADIENT_ROUNDING = 1e-12;
/** A gradient of at most this share of its scale is zero: no parameter of size 1 would move by a rounding unit. */
export const NO_GRADIENT = 1e-18;

/** The state at the start, with the memory `blank` and ½E y² in it, against which progress is measured. */
export async function startAt<Memory>(
  model: MoE,
  objective: Objective,
  blank: Memory,
): Promise<TrainState<Memory>> {
  const memory = { ...blank, nullLoss: await nullLoss(objective, model) };
  // Last, so that an objective that keeps what it worked out keeps it of the model that comes next.
  const evaluation = await objective.evaluate(model, 0);
  return { step: 0, time: 0, model, evaluation, memory };
}

/** `state` as one from which float64 allows no more progress. */
export function standStill<Memory>(state: TrainState<Memory>, memory: Memory): TrainState<Memory> {
  return { ...state, memory, stalled: true };
}

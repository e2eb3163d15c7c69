import { type MoE, type Objective, zeros } from '@softmoe/model';

/** Differences of the loss below this share of the null loss are rounding. */
export const LOSS_ROUNDING = 1e-14;
/** Below this share of its scale a gradient that no longer shrinks has met rounding. */
export const GRADIENT_ROUNDING = 1e-12;
/** A gradient of at most this share of its scale is zero: no parameter of size 1 would move by a rounding unit. */
export const NO_GRADIENT = 1e-18;

/** ½E y², the loss with all amplitudes at zero: what losses and gradients are small or large against. */
export async function nullLoss(objective: Objective, model: MoE): Promise<number> {
  const amplitude = zeros([model.spec.experts]);
  const empty = { spec: model.spec, params: { ...model.params, amplitude } };
  const { loss } = await objective.evaluate(empty, 0);
  return loss > 0 ? loss : 1;
}

/** √(2·½E y²·λ_max): by Cauchy–Schwarz about the largest gradient that a loss of that size can have. */
export function gradientScale(nullLoss: number, lambdaMax: number): number {
  return Math.sqrt(2 * nullLoss * Math.max(lambdaMax, 0));
}

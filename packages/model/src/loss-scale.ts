import type { Objective } from './contracts.ts';
import { rootOfProduct } from './linalg/norm.ts';
import { zeros } from './ndarray.ts';
import type { MoE } from './spec.ts';

/** ½E y², the loss of `model` with all amplitudes at zero: what losses are small or large against. 1 where it is zero. */
export async function nullLoss(objective: Objective, { spec, params }: MoE): Promise<number> {
  const empty = { spec, params: { ...params, amplitude: zeros([spec.experts]) } };
  const { loss } = await objective.evaluate(empty, 0);
  return loss > 0 ? loss : 1;
}

/**
 * √(2·`nullLoss`·`lambdaMax`), what gradients are small or large against: by Cauchy–Schwarz about the largest that a loss
 * of that size can have where the largest curvature is that.
 */
export function gradientScale(nullLoss: number, lambdaMax: number): number {
  return rootOfProduct(2 * nullLoss, Math.max(lambdaMax, 0));
}

import type { MoE } from '@softmoe/model';
import { dotAt } from '@softmoe/model/linalg';
import type { PairKernel } from './pair-kernel.ts';

/** E[u u'] of unit i of `a` and unit j of `b`, of one input dimension, from the overlaps of their rows. */
export function evaluatePair(kernel: PairKernel, a: MoE, i: number, b: MoE, j: number): number {
  const d = a.spec.inputDim;
  const v1 = a.params.router.data;
  const w1 = a.params.expert.data;
  const v2 = b.params.router.data;
  const w2 = b.params.expert.data;
  const self = a === b && i === j;
  return kernel.evaluate(
    self ? 1 : dotAt(w1, i * d, w2, j * d, d),
    dotAt(w1, i * d, v1, i * d, d),
    dotAt(w1, i * d, v2, j * d, d),
    dotAt(w2, j * d, v1, i * d, d),
    dotAt(w2, j * d, v2, j * d, d),
    self ? 1 : dotAt(v1, i * d, v2, j * d, d),
  );
}

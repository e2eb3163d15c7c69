import type { MoE, Params } from '@softmoe/model';
import { scaleParams } from '@softmoe/model/linalg';

/** Gradient flow ẋ = −∇L on the manifold, docs/theory.md (18): the flow of fine-tuning. */
export function plainFlow(_model: MoE, gradient: Params): Params {
  return scaleParams(-1, gradient);
}

import { plainFlow } from '../fields/plain-flow.ts';
import { euler } from '../methods/euler.ts';
import type { Optimizer } from '../optimizer.ts';

export interface SgdOptions {
  readonly learningRate: number;
}

/**
 * Gradient descent on the manifold, x ← R(x − η ∇L) with R the normalisation of rows: Euler's method on the plain flow,
 * docs/theory.md (18), so η is also the flow time of an update. Throws `ValueError` unless η > 0.
 */
export function sgd({ learningRate }: SgdOptions): Optimizer {
  return euler(plainFlow, { fixedStep: learningRate });
}

import { requireFinite, requireKeys } from '@softmoe/model/checks';
import { plainFlow } from '../fields/plain-flow.ts';
import { euler } from '../methods/euler.ts';
import type { Optimizer } from '../optimizer.ts';
import type { NoMemory } from '../state.ts';

export interface SgdOptions {
  readonly learningRate: number;
}

/**
 * Gradient descent on the manifold, x ← R(x − η ∇L) with R the normalisation of rows: Euler's method on the plain flow,
 * docs/theory.md (18), so η is also the flow time of an update. Throws a typed error unless η > 0 is the only option.
 */
export function sgd(options: SgdOptions): Optimizer<NoMemory> {
  requireKeys('sgd', options, ['learningRate']);
  const { learningRate } = options;
  requireFinite('sgd.learningRate', learningRate, Number.MIN_VALUE);
  return euler(plainFlow, { fixedStep: learningRate });
}

import { type Params, retract } from '@softmoe/model';
import { requireFinite, requireKeys } from '@softmoe/model/checks';
import { addScaled } from '@softmoe/model/linalg';
import { plainFlow, type VectorField } from '../fields.ts';
import type { Method } from '../integrate.ts';
import type { Optimizer } from '../optimizer.ts';
import { NO_MEMORY, type NoMemory, ownMemory } from '../state.ts';
import { type FixedOptions, fixedRungeKutta, type Tableau } from './runge-kutta.ts';

const tableau: Tableau = { order: 1, stages: [[1]], error: [] };

/**
 * Euler's method x ← R(x + h F(x)) with a fixed step h, R the normalisation of rows: order 1, one evaluation a step.
 * The only method for stochastic objectives: with the gradient of a fresh batch it is online SGD, docs/theory.md (20).
 *
 * As `euler({ fixedStep })` a method for `integrate`; as `euler(field, { fixedStep })` the optimiser of that field for
 * `descend`. Throws a typed error for a step that is not positive and for unknown options.
 */
export function euler(options: FixedOptions): Method<NoMemory>;
export function euler(field: VectorField, options: FixedOptions): Optimizer<NoMemory>;
export function euler(
  first: FixedOptions | VectorField,
  options: FixedOptions = { fixedStep: Number.NaN },
): Method<NoMemory> | Optimizer<NoMemory> {
  if (typeof first !== 'function') return fixedRungeKutta(tableau, first);
  requireKeys('euler', options, ['fixedStep']);
  const { fixedStep } = options;
  requireFinite('euler.fixedStep', fixedStep, Number.MIN_VALUE);
  return {
    timeStep: fixedStep,
    init: () => NO_MEMORY,
    update(gradient: Params, memory, model) {
      const own = ownMemory(memory, NO_MEMORY);
      const moved = addScaled(model.params, fixedStep, first(model, gradient));
      return { model: retract(model.spec, moved), memory: own };
    },
  };
}

/** Learning rate of {@link sgd}. */
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

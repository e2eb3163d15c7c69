import type { Estimator, MoE } from '@softmoe/model';
import { populationCurvature } from './curvature.ts';
import { populationObjective } from './objective.ts';
import { populationGram } from './pair-expectations.ts';

/**
 * The exact estimator of the mean squared error to `teacher` over x ~ N(0, I_d): loss, gradient, Gram data and curvature
 * without sampling, docs/theory.md (12), (13) and (15). Its cost grows with the dimension of the models: bring them into
 * their span first (`toSpan`). Throws `UnsupportedError` where there is no closed form, see `hasClosedForm`.
 */
export function population(teacher: MoE): Estimator {
  return {
    exact: true,
    objective: populationObjective(teacher),
    gram: async (model) => populationGram(model, teacher),
    curvature: async (model) => populationCurvature(model, teacher),
  };
}

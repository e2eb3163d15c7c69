import type { Estimator, MoE } from '@softmoe/model';
import { populationCurvature } from './curvature.ts';
import { populationObjective } from './objective.ts';
import { populationGram } from './pair-expectations.ts';

/**
 * The exact estimator of the population loss against one teacher: loss and gradient, Gram data and curvature in closed form,
 * docs/theory.md (12), (13), (15) and (16). Nothing is drawn, and a step's number plays no part. Throws `UnsupportedError`
 * where there is no closed form, where units share their gates and for experts that are no polynomials.
 */
export function population(teacher: MoE): Estimator {
  return {
    exact: true,
    objective: populationObjective(teacher),
    gram: async (model) => populationGram(model, teacher),
    curvature: async (model) => populationCurvature(model, teacher),
  };
}

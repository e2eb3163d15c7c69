import { type Curvature, type Estimator, type MoE, toSpan } from '@softmoe/model';
import { radialDerivatives, subtractRadial, toTangentMatrix } from '@softmoe/model/linalg';
import { euclideanBlocks } from './curvature-blocks.ts';
import { createWorkspace, populationObjective } from './objective.ts';
import { populationGram } from './pair-expectations.ts';
import type { PopulationOptions } from './variant.ts';

/**
 * The exact Riemannian Hessian of the population loss at `student`, and its Gauss–Newton part E[∇f ∇fᵀ], on all
 * tangent directions: docs/theory.md (15) and (16). L depends on inner products only, so directions inside the span of
 * all rows and directions orthogonal to it do not couple, and in the latter the Hessian is one [2m, 2m] matrix times
 * the identity. Memory: O((mr)²).
 *
 * Two units enter L through a·a'·E[uu'], so the Hessian is E[∇f ∇fᵀ] plus, within each unit, the second derivatives
 * weighted by the residual, Σ_l a_i a_l ∂²E[u_i u_l] − Σ_j a_i a*_j ∂²E[u_i u*_j] with the other unit held fixed.
 *
 * Throws `UnsupportedError` for shared gates and for experts that are no polynomials, a typed error for what is no
 * model.
 */
export function populationCurvature(student: MoE, teacher: MoE): Curvature {
  const span = toSpan(student, teacher);
  const euclidean = euclideanBlocks(span.student, span.teacher);
  const { gradient } = createWorkspace(span.teacher)(span.student);
  const radial = radialDerivatives(span.student, gradient);
  const hessian = toTangentMatrix(span.student, euclidean.span.hessian);
  subtractRadial(span.student, radial, hessian, euclidean.complement.hessian);
  return {
    span: { hessian, gaussNewton: toTangentMatrix(span.student, euclidean.span.gaussNewton) },
    complement: euclidean.complement,
    multiplicity: student.spec.inputDim - span.student.spec.inputDim,
    basis: span.basis,
  };
}

/**
 * The exact estimator of the population loss against one teacher: loss and gradient, Gram data and curvature in closed form,
 * docs/theory.md (12), (13), (15) and (16). Nothing is drawn, and a step's number plays no part. Throws `UnsupportedError`
 * where there is no closed form, where units share their gates and for experts that are no polynomials.
 */
export function population(teacher: MoE, options: PopulationOptions = {}): Estimator {
  return {
    exact: true,
    objective: populationObjective(teacher, options),
    gram: async (model) => populationGram(model, teacher),
    curvature: async (model) => populationCurvature(model, teacher),
  };
}

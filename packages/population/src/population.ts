import { type Curvature, type Estimator, type MoE, type NDArray, toSpan } from '@softmoe/model';
import {
  complete,
  DENSE_LIMIT,
  matrixCurvature,
  paced,
  radialDerivatives,
  type Steps,
  subtractRadial,
  tangentDim,
  toTangentMatrix,
} from '@softmoe/model/linalg';
import { atLengths } from './at-lengths.ts';
import { euclideanBlocks } from './curvature-blocks.ts';
import { curvatureOperator } from './curvature-operator.ts';
import { createWorkspace, populationObjective } from './objective.ts';
import { populationGram } from './pair-expectations.ts';
import type { PairTable } from './pair-table.ts';
import { loadSimdPairTable } from './simd-workspace.ts';
import { unitRouters } from './unit-routers.ts';
import type { PopulationOptions } from './variant.ts';

/**
 * The exact Riemannian Hessian of the population loss at `student`, and its Gauss–Newton part E[∇f ∇fᵀ], on all
 * tangent directions: docs/theory.md (15) and (16). L depends on inner products only, so directions inside the span of
 * all rows and directions orthogonal to it do not couple, and in the latter the Hessian is one [2m, 2m] matrix times
 * the identity. Inside the span both are matrices up to size {@link DENSE_LIMIT}, and products alone above it, (45) to (48).
 *
 * Throws `UnsupportedError` for shared gates and for experts that are no polynomials, a typed error for what is no
 * model.
 */
export function populationCurvature(student: MoE, teacher: MoE): Curvature {
  return complete(curvatureSteps(student, teacher));
}

function* curvatureSteps(student: MoE, teacher: MoE, table?: PairTable): Steps<Curvature> {
  const span = toSpan(student, teacher);
  const multiplicity = student.spec.inputDim - span.student.spec.inputDim;
  const small = tangentDim(span.student.spec) <= DENSE_LIMIT;
  const inSpan = small
    ? spanMatrices(span.student, span.teacher)
    : yield* curvatureOperator(span.student, span.teacher, table);
  return { ...inSpan, multiplicity, basis: span.basis };
}

/**
 * Curvature by its matrices, of models in coordinates of their span, the Gauss–Newton part once it is asked for. Memory: O((mr)²).
 *
 * Two units enter L through a·a'·E[uu'], so the Hessian is E[∇f ∇fᵀ] plus, within each unit, the second derivatives
 * weighted by the residual, Σ_l a_i a_l ∂²E[u_i u_l] − Σ_j a_i a*_j ∂²E[u_i u*_j] with the other unit held fixed.
 */
function spanMatrices(given: MoE, teacher: MoE): Omit<Curvature, 'multiplicity' | 'basis'> {
  const unit = unitRouters(given);
  const { model: student, lengths } = unit;
  const { span, complement } = euclideanBlocks(unit, unitRouters(teacher));
  const { gradient } = createWorkspace(teacher)(student, lengths);
  const radial = radialDerivatives(student, gradient);
  const hessian = toTangentMatrix(student, span.hessian);
  subtractRadial(student, radial, hessian, complement.hessian);
  let gaussNewton: NDArray | undefined;
  const inSpan = {
    hessian,
    get gaussNewton() {
      gaussNewton ??= toTangentMatrix(student, span.gaussNewton);
      return gaussNewton;
    },
  };
  const curvature = matrixCurvature({ student, span: inSpan, complement });
  return lengths ? atLengths(curvature, given, lengths) : curvature;
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
    curvature: async (model, watch) => {
      const table = options.variant === 'float64-simd' ? await loadSimdPairTable() : undefined;
      return paced('curvature', curvatureSteps(model, teacher, table), watch);
    },
  };
}

import {
  type Curvature,
  dotAt,
  type MoE,
  type NDArray,
  type Params,
  toTangentMatrix,
} from '@softmoe/model';
import { addAt, euclideanBlocks } from './curvature-blocks.ts';
import { createWorkspace } from './objective.ts';
import { toSpan } from './span.ts';

/**
 * The exact Riemannian Hessian of the population loss at `student`, and its Gauss–Newton part E[∇f ∇fᵀ], on all
 * tangent directions: docs/theory.md (15) and (16). L depends on inner products only, so directions inside the span of
 * all rows and directions orthogonal to it do not couple, and in the latter the Hessian is one [2m, 2m] matrix times
 * the identity. Memory: O((mr)²).
 *
 * Two units enter L through a·a'·E[uu'], so the Hessian is E[∇f ∇fᵀ] plus, within each unit, the second derivatives
 * weighted by the residual, Σ_l a_i a_l ∂²E[u_i u_l] − Σ_j a_i a*_j ∂²E[u_i u*_j] with the other unit held fixed.
 *
 * Throws `UnsupportedError` for softmax routing and for experts that are no polynomials, a typed error for what is no
 * model.
 */
export function populationCurvature(student: MoE, teacher: MoE): Curvature {
  const span = toSpan(student, teacher);
  const m = span.student.spec.experts;
  const euclidean = euclideanBlocks(span.student, span.teacher);
  const { gradient } = createWorkspace(span.teacher)(span.student);
  const radial = radialDerivatives(span.student, gradient);
  for (let i = 0; i < 2 * m; i++) {
    const diagonal = i * (2 * m + 1);
    const { hessian } = euclidean.complement;
    hessian.data[diagonal] = hessian.data[diagonal]! - radial[i]!;
  }
  const hessian = toTangentMatrix(span.student, euclidean.span.hessian);
  subtractRadial(hessian, radial, span.student.spec.inputDim - 1);
  return {
    span: { hessian, gaussNewton: toTangentMatrix(span.student, euclidean.span.gaussNewton) },
    complement: euclidean.complement,
    multiplicity: student.spec.inputDim - span.student.spec.inputDim,
    basis: span.basis,
  };
}

/** ⟨x, ∇_x L⟩ for every row x on a sphere, routers then experts, [2m]. */
function radialDerivatives(model: MoE, gradient: Params): Float64Array {
  const { experts: m, inputDim: r } = model.spec;
  return Float64Array.from({ length: 2 * m }, (_, i) => {
    const name = i < m ? 'router' : 'expert';
    const start = (i % m) * r;
    return dotAt(model.params[name]!.data, start, gradient[name]!.data, start, r);
  });
}

function subtractRadial(hessian: NDArray, radial: Float64Array, rowDim: number): void {
  radial.forEach((value, i) => {
    for (let c = i * rowDim; c < (i + 1) * rowDim; c++) addAt(hessian, c, c, -value);
  });
}

import { identity, type Objective, type Params, zeros } from '@softmoe/model';
import type { CurvatureOf } from './curvature-of.ts';
import { differencePoints, hessianOf, tangentDirections } from './differences.ts';
import { flatCoordinates, withoutFlat } from './translations.ts';

/**
 * Curvature of any objective, by differences of its Riemannian gradient, docs/theory.md (39), with an estimate of the
 * error: 4 evaluations for each tangent dimension. All directions are those of the model's own coordinates, none are left
 * for a complement: fine-tune in full coordinates. The Gauss–Newton part is not known from gradients alone; the Hessian
 * stands in its place, to which it is equal where the loss is zero. The objective must be the same at every step.
 */
export function estimateCurvature(objective: Objective): CurvatureOf {
  return async (model) => {
    const directions = tangentDirections(model);
    const gradients: Params[] = [];
    for (const point of differencePoints(model, directions)) {
      gradients.push((await objective.evaluate(point, 0)).gradient);
    }
    const { hessian, error } = hessianOf(directions, gradients);
    const shifted = withoutFlat(hessian, flatCoordinates(model));
    return {
      span: { hessian: shifted, gaussNewton: shifted },
      complement: { hessian: zeros([0, 0]), gaussNewton: zeros([0, 0]) },
      multiplicity: 0,
      basis: identity(model.spec.inputDim),
      estimate: { error },
    };
  };
}

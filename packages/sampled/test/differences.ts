import { type MoE, type Params, retract } from '@softmoe/model';
import {
  addScaled,
  dotParams,
  fromTangentCoordinates,
  tangentDim,
  zeros,
} from '@softmoe/model/linalg';
import { type DifferenceHessian, extrapolated, FAR, NEAR } from '../src/residual-hessian.ts';

const OFFSETS = [FAR, -FAR, NEAR, -NEAR] as const;

/** The orthonormal tangent vectors at `model` whose coordinates `toTangentCoordinates` gives. */
export function tangentDirections(model: MoE): Params[] {
  const dim = tangentDim(model.spec);
  return Array.from({ length: dim }, (_, j) => {
    const unit = new Float64Array(dim);
    unit[j] = 1;
    return fromTangentCoordinates(model, unit);
  });
}

/** The points at which {@link hessianOf} needs the Riemannian gradient: four along each direction. */
export function differencePoints(model: MoE, directions: readonly Params[]): MoE[] {
  return directions.flatMap((direction) =>
    OFFSETS.map((offset) => retract(model.spec, addScaled(model.params, offset, direction))),
  );
}

/**
 * The Riemannian Hessian on orthonormal tangent `directions` from the Riemannian gradients at {@link differencePoints},
 * docs/theory.md (39), with an estimate of its error.
 */
export function hessianOf(
  directions: readonly Params[],
  gradients: readonly Params[],
): DifferenceHessian {
  const n = directions.length;
  const [atFar, atNear] = [zeros([n, n]), zeros([n, n])];
  for (let j = 0; j < n; j++) {
    const [far, minusFar, near, minusNear] = gradients.slice(4 * j, 4 * j + 4);
    const wide = addScaled(far!, -1, minusFar!);
    const narrow = addScaled(near!, -1, minusNear!);
    for (let i = 0; i < n; i++) {
      atFar.data[i * n + j] = dotParams(directions[i]!, wide) / (2 * FAR);
      atNear.data[i * n + j] = dotParams(directions[i]!, narrow) / (2 * NEAR);
    }
  }
  return extrapolated(atFar, atNear);
}

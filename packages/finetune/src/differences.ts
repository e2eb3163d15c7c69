import {
  addScaled,
  dotParams,
  fromTangentCoordinates,
  type MoE,
  type NDArray,
  type Params,
  retract,
  tangentDim,
  zeros,
} from '@softmoe/model';

/** Distances of the two central differences: small beside the scale of the curvature, large beside rounding. */
const FAR = 1e-3;
const NEAR = FAR / 2;
const OFFSETS = [FAR, -FAR, NEAR, -NEAR] as const;

/** A symmetric matrix of second derivatives from differences, and an estimate of its error in the spectral norm. */
export interface DifferenceHessian {
  readonly hessian: NDArray;
  readonly error: number;
}

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
 * docs/theory.md (39): central differences at two distances and Richardson's extrapolation, of error O(h⁴). The error
 * estimate is that of the nearer difference, which is larger, plus the asymmetry that is left.
 */
export function hessianOf(
  directions: readonly Params[],
  gradients: readonly Params[],
): DifferenceHessian {
  const n = directions.length;
  const raw = new Float64Array(n * n);
  let differenceError = 0;
  for (let j = 0; j < n; j++) {
    const [far, minusFar, near, minusNear] = gradients.slice(4 * j, 4 * j + 4);
    const wide = addScaled(far!, -1, minusFar!);
    const narrow = addScaled(near!, -1, minusNear!);
    for (let i = 0; i < n; i++) {
      const coarse = dotParams(directions[i]!, wide) / (2 * FAR);
      const fine = dotParams(directions[i]!, narrow) / (2 * NEAR);
      raw[i * n + j] = fine + (fine - coarse) / 3;
      differenceError += ((fine - coarse) / 3) ** 2;
    }
  }
  const hessian = zeros([n, n]);
  let asymmetry = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      hessian.data[i * n + j] = 0.5 * (raw[i * n + j]! + raw[j * n + i]!);
      asymmetry += (0.5 * (raw[i * n + j]! - raw[j * n + i]!)) ** 2;
    }
  }
  return { hessian, error: Math.sqrt(differenceError) + Math.sqrt(asymmetry) };
}

import type { Curvature, Watch } from '@softmoe/model';
import {
  at,
  axpy,
  conjugateGradients,
  entry,
  matrixSize,
  paced,
  perCoordinate,
  solvePositive,
  spanProduct,
} from '@softmoe/model/linalg';

/** The least and the most that is asked of the residual of conjugate gradients, relative to the right-hand side. */
const FORCING = { least: 1e-10, most: 0.1 };

/** Products after which conjugate gradients leave the rest to the next step: what they have by then descends all the same. */
const MAX_STEPS = 500;

/** The δ with (N + λI) δ = −∇L; undefined where N + λI is not positive definite to rounding. */
export type DampedSolver = (lambda: number, watch?: Watch) => Promise<Float64Array | undefined>;

/**
 * A solver of (N + λI) δ = `downhill` for the Gauss–Newton matrix N of `curvature` in tangent coordinates and any λ > 0,
 * docs/theory.md (32): by a Cholesky factor where N is at hand and of size `denseLimit` at most, else by conjugate gradients, (49), until
 * the residual has the share `progress` of the right-hand side, but no less than 1e-10 and no more than 0.1. With the length of the
 * gradient for `progress`, relative to its scale, the residual vanishes quadratically, as what Gauss–Newton itself leaves does.
 */
export function dampedSolver(
  curvature: Curvature,
  downhill: Float64Array,
  progress: number,
  denseLimit: number,
): DampedSolver {
  const { span, dimension } = curvature;
  if (span && dimension <= denseLimit) {
    return async (lambda) =>
      curvature.solve
        ? curvature.solve(lambda, downhill)
        : solvePositive(span.gaussNewton, lambda, downhill);
  }
  const times = spanProduct(curvature, 'gaussNewton');
  const diagonal = diagonalOf(curvature);
  const tolerance = Math.max(FORCING.least, Math.min(FORCING.most, progress));
  return (lambda, watch) => {
    const damped = (x: Float64Array) => {
      const image = times(x);
      axpy(lambda, x, image);
      return image;
    };
    const precondition = (x: Float64Array) =>
      x.map((value, i) => value / (at(diagonal, i) + lambda));
    return paced(
      'step',
      conjugateGradients(damped, downhill, { tolerance, precondition, maxSteps: MAX_STEPS }),
      watch,
    );
  };
}

/**
 * About the diagonal of N: along a row it is that of the complement, which the row has in every direction that overlaps with no
 * other; along an amplitude E u² is of order 1. Without a complement it is left at 1.
 */
function diagonalOf({ student, complement: { gaussNewton } }: Curvature): Float64Array {
  const { experts: m } = student.spec;
  const known = matrixSize(gaussNewton).rows === 2 * m;
  return perCoordinate(student.spec, (name, unit) => {
    if (name === 'amplitude' || !known) return 1;
    const b = name === 'expert' ? m + unit : unit;
    return entry(gaussNewton, b, b);
  });
}

import type { Steps } from '../contracts.ts';
import { axpy, dot } from './vectors.ts';

/** When {@link conjugateGradients} is content, and what it is helped by. */
export interface ConjugateGradientsOptions {
  /** Length of the residual to reach, relative to that of the right-hand side, both in the norm of the preconditioner. */
  readonly tolerance: number;
  /** A positive definite matrix like the inverse of the operator, times a vector. Default: the identity. */
  readonly precondition?: (x: Float64Array) => Float64Array;
  /** Limit on products. Default: twice the size, where the size itself is enough in exact arithmetic. */
  readonly maxSteps?: number;
}

/**
 * The x with A x = `rhs` for a symmetric positive definite A, of which only the product `times` is asked, by the method of conjugate
 * gradients from 0, docs/theory.md (49). Yields the number of products so far. Short of the tolerance, at the limit of steps, x is
 * the best in the directions seen: there too the residual is orthogonal to it, up to rounding. Undefined where A turns out not to
 * be positive definite.
 */
export function* conjugateGradients(
  times: (x: Float64Array) => Float64Array,
  rhs: Float64Array,
  options: ConjugateGradientsOptions,
): Steps<Float64Array | undefined> {
  const { tolerance, precondition = (x) => x, maxSteps = 2 * rhs.length } = options;
  const x = new Float64Array(rhs.length);
  const residual = rhs.slice();
  let direction = precondition(residual).slice();
  let size = dot(residual, direction);
  const enough = tolerance ** 2 * size;
  for (let steps = 0; steps < maxSteps && size > enough; ) {
    const image = times(direction);
    const curvature = dot(direction, image);
    if (!(curvature > 0)) return undefined;
    axpy(size / curvature, direction, x);
    axpy(-size / curvature, image, residual);
    const preconditioned = precondition(residual);
    const next = dot(residual, preconditioned);
    const turned = preconditioned.slice();
    axpy(next / size, direction, turned);
    direction = turned;
    size = next;
    yield ++steps;
  }
  return x;
}

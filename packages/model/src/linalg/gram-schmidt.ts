import { norm } from './norm.ts';
import { addAt, axpy, dot } from './vectors.ts';

/** When a vector counts as orthogonal to a basis, and when it has no part beside it, as shares of a length. */
export interface Orthogonality {
  /** A pass that leaves at most this share of the length lost so much to the basis that rounding calls for another one. */
  readonly kept: number;
  /** What is at most this share of the whole length is rounding: the vector lies in the basis. */
  readonly least: number;
}

/**
 * Takes from `x`, in place, its part along each of the orthonormal `basis` in turn, and adds the lengths of those parts to
 * `coordinates`: one pass of the modified Gram–Schmidt process.
 *
 * @internal
 */
export function subtractProjections(
  x: Float64Array,
  basis: readonly Float64Array[],
  coordinates?: Float64Array,
): void {
  for (const [b, q] of basis.entries()) {
    const along = dot(q, x);
    axpy(-along, q, x);
    if (coordinates) addAt(coordinates, b, along);
  }
}

/**
 * Makes `x`, in place, orthogonal to the orthonormal `basis` by as many passes of {@link subtractProjections} as rounding
 * asks for, whatever `x` is, of numbers far from both ends of float64 (`rescaleAt`). Returns the length that is left, or 0 where `x` lies in the basis to rounding.
 *
 * @internal
 */
export function orthogonalise(
  x: Float64Array,
  basis: readonly Float64Array[],
  { kept, least }: Orthogonality,
  coordinates?: Float64Array,
): number {
  const whole = norm(x);
  for (let before = whole; ; ) {
    subtractProjections(x, basis, coordinates);
    const after = norm(x);
    if (!(after > least * whole)) return 0;
    if (after > kept * before) return after;
    before = after;
  }
}

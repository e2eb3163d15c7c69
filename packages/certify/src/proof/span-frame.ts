import { type MoE, toSpan } from '@softmoe/model';
import { row, type Steps } from '@softmoe/model/linalg';
import { enclosedDot, gamma, lengthBound } from './enclosed-dot.ts';
import {
  clampOverlap,
  divide,
  type Interval,
  magnitude,
  multiply,
  one,
  root,
  subtract,
  up,
} from './interval.ts';

/**
 * The teacher's rows, routers then experts, each divided by its length: enclosures of their overlaps, and coordinates in an
 * exactly orthonormal basis of which only approximations are at hand, docs/theory.md (61).
 */
export interface SpanFrame {
  /** Number of units. */
  readonly units: number;
  /** Coordinates of row p, 2k in all, each of length r. */
  readonly coordinates: readonly Float64Array[];
  /** A bound on the distance of every row from the vector that has these coordinates. */
  readonly displacement: number;
  readonly overlap: (p: number, q: number) => Interval;
  /** Dimension r of the span, and whether there are directions orthogonal to it. */
  readonly dimension: number;
  readonly hasComplement: boolean;
}

/**
 * The frame of a teacher whose inputs have `inputDim` dimensions. Throws what `toSpan` throws for what is no model. Yields the
 * number of rows that have been compared with all others, of 2k in each of four rounds.
 */
export function* spanFrame(teacher: MoE, inputDim: number): Steps<SpanFrame> {
  const { experts: k } = teacher.spec;
  const { basis } = toSpan(teacher, teacher);
  const r = basis.shape[0] ?? 0;
  const axes = Array.from({ length: r }, (_, p) => row(basis, p));
  const rows = [teacher.params.router, teacher.params.expert].flatMap((array) =>
    Array.from({ length: k }, (_, i) => row(array, i)),
  );
  const lengths = rows.map((x) => root(enclosedDot(x, x)));
  const coordinates: Float64Array[] = [];
  for (const [p, x] of rows.entries()) {
    yield p;
    coordinates.push(Float64Array.from(axes, (axis) => midpointOfDot(x, axis)));
  }
  let departure = 0;
  for (const [p, axis] of axes.entries()) {
    yield 2 * k + p;
    let sum = 0;
    for (const [q, other] of axes.entries()) {
      const dot = enclosedDot(axis, other);
      sum = up(sum + magnitude(p === q ? subtract(dot, one) : dot));
    }
    departure = Math.max(departure, sum);
  }
  let displacement = 0;
  for (const [p, x] of rows.entries()) {
    yield 4 * k + p;
    const c = coordinates[p] ?? new Float64Array(r);
    const outside = residual(x, c, axes);
    const norm = magnitude(subtract(lengths[p] ?? one, one));
    const total = up(up(outside + norm) + up(departure * lengthBound(c)));
    displacement = Math.max(displacement, total);
  }
  const overlaps: Interval[][] = [];
  for (const [p, x] of rows.entries()) {
    yield 6 * k + p;
    const before = rows.slice(0, p + 1);
    overlaps.push(before.map((y, q) => overlapOf(x, y, lengths[p] ?? one, lengths[q] ?? one)));
  }
  return {
    units: k,
    coordinates,
    displacement,
    overlap: (p, q) => (p === q ? one : (overlaps[Math.max(p, q)]?.[Math.min(p, q)] ?? one)),
    dimension: r,
    hasComplement: inputDim > r,
  };
}

function overlapOf(x: Float64Array, y: Float64Array, a: Interval, b: Interval): Interval {
  return clampOverlap(divide(enclosedDot(x, y), multiply(a, b)));
}

function midpointOfDot(x: Float64Array, y: Float64Array): number {
  const { lo, hi } = enclosedDot(x, y);
  return lo + (hi - lo) / 2;
}

/** A bound on |x − Σ_p c_p axis_p|, computed in float64 and enlarged by what rounding can do. */
function residual(x: Float64Array, c: Float64Array, axes: readonly Float64Array[]): number {
  const rest = x.slice();
  let size = lengthBound(x);
  for (const [p, axis] of axes.entries()) {
    const scale = c[p] ?? 0;
    for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) - scale * (axis[i] ?? 0);
    size = up(size + up(Math.abs(scale) * lengthBound(axis)));
  }
  return up(lengthBound(rest) + up(gamma(2 * axes.length + 2) * size));
}

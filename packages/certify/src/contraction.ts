import type { Params, TrailPoint } from '@softmoe/model';
import { addScaled, dotParams, exp, ln, normParams } from '@softmoe/model/linalg';

/** Distances to the limit between which convergence is linear and rounding has no say. */
const WINDOW = { from: 1e-6, to: 1e-11 };
/** Of the whole distance the late part of the window counts, down from this many times its end: slow modes win late. */
const LATE = 100;
/** Below this distance an error is rounding, and says nothing about contraction or the order of convergence. */
const ROUNDING = 1e-13;

/** How far an iterate is from the limit, in Euclidean length over all parameters, and how far along the slowest part. */
export interface Distance {
  readonly step: number;
  readonly distance: number;
  readonly slow?: number;
}

/** Distances of the iterates to `limit`, and what `slow` measures of them, docs/theory.md (30). */
export function distancesTo(
  limit: Params,
  trail: readonly TrailPoint[],
  slow?: (displacement: Params) => number,
): Distance[] {
  return trail.map(({ step, point }) => {
    const displacement = addScaled(point, -1, limit);
    const distance = normParams(displacement);
    return { step, distance, ...(slow && isInside(distance) ? { slow: slow(displacement) } : {}) };
  });
}

/** max(|1 − ημ|, |1 − ηλ_max|)²: what one step of length η does to the loss near a minimum, docs/theory.md (30). */
export function predictContraction(step: number, mu: number, lambdaMax: number): number {
  return Math.max(Math.abs(1 - step * mu), Math.abs(1 - step * lambdaMax)) ** 2;
}

/**
 * What one step did to the loss, as the square of what it did to the slowest part of the distance, over the whole window.
 * Undefined with fewer than two iterates there.
 */
export function measureContraction(distances: readonly Distance[]): number | undefined {
  return contractionOf(
    distances.flatMap(({ step, slow = 0 }) => (slow >= ROUNDING ? [[step, slow] as const] : [])),
  );
}

/** What one step did to the loss, as the square of what it did to the whole distance, over the late part of the window. */
export function measureDistanceContraction(distances: readonly Distance[]): number | undefined {
  const inside = distances.filter(({ distance }) => isInside(distance));
  const end = Math.min(...inside.map(({ distance }) => distance));
  return contractionOf(
    inside.flatMap(({ step, distance }) => (distance <= LATE * end ? [[step, distance]] : [])),
  );
}

/** q of ‖e_{n+1}‖ ≈ C‖e_n‖^q from the last three errors above rounding of consecutive steps. Undefined if there aren't. */
export function measureOrder(distances: readonly Distance[]): number | undefined {
  for (let n = distances.length - 1; n >= 2; n--) {
    const [a, b, c] = distances.slice(n - 2, n + 1);
    if (!a || !b || !c || b.step !== a.step + 1 || c.step !== b.step + 1) continue;
    if (c.distance < ROUNDING || !(b.distance < a.distance && c.distance < b.distance)) continue;
    return ln(c.distance / b.distance) / ln(b.distance / a.distance);
  }
  return undefined;
}

/**
 * The constant of one-point convexity along the trail: the least ⟨∇L(θ), θ − θ*⟩/‖θ − θ*‖², docs/theory.md (33), over
 * iterates whose distance to `limit` is above rounding. Positive: every step of the flow went towards the limit.
 */
export function onePointConvexity(limit: Params, trail: readonly TrailPoint[]): number | undefined {
  let least = Infinity;
  for (const { point, gradient } of trail) {
    const difference = addScaled(point, -1, limit);
    const square = dotParams(difference, difference);
    if (square < WINDOW.to ** 2) continue;
    least = Math.min(least, dotParams(gradient, difference) / square);
  }
  return Number.isFinite(least) ? least : undefined;
}

function isInside(distance: number): boolean {
  return distance <= WINDOW.from && distance >= WINDOW.to;
}

/** exp(2·slope of ln length over steps), by least squares. */
function contractionOf(lengths: readonly (readonly [number, number])[]): number | undefined {
  if (lengths.length < 2) return undefined;
  return exp(2 * slopeOf(lengths.map(([step, length]) => [step, ln(length)])));
}

function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const x = mean(0);
  const y = mean(1);
  let covariance = 0;
  let variance = 0;
  for (const point of points) {
    covariance += (point[0] - x) * (point[1] - y);
    variance += (point[0] - x) ** 2;
  }
  return covariance / variance;
}

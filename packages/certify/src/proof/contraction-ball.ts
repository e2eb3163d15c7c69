import {
  add,
  divide,
  type Interval,
  interval,
  multiply,
  one,
  root,
  subtract,
  times,
} from './interval.ts';
import type { UnitBounds } from './unit-bounds.ts';

/** What the radius of contraction follows from. */
export interface BallInputs {
  /** A lower bound of the least and an upper bound of the largest eigenvalue of the Hessian at the teacher. */
  readonly mu: number;
  readonly lambdaMax: number;
  readonly units: UnitBounds;
  /** max_j |a*_j|. */
  readonly amplitude: number;
  /** Step lengths η from the least to the most. */
  readonly steps: readonly [least: number, most: number];
}

/** A ball around the teacher in which every step contracts the distance to it at least by the factor `rate`. */
export interface Ball {
  readonly radius: number;
  readonly rate: number;
}

/** The share of 1 − q(0) that is kept at the edge of the ball: a rate of 1 − 10⁻¹⁶ would tell nothing. */
const KEPT = 0.01;
/** Radii considered. */
const LARGEST = 0.5;
const HALVINGS = 40;

/** The largest ball, to a few digits, that (66) proves; undefined where not even its centre contracts. */
export function contractionBall(inputs: BallInputs): Ball | undefined {
  const { steps } = inputs;
  const centre = steps.map((step) => slowest(inputs, step).hi);
  const rateAt = (radius: number) => steps.map((step) => contractionFactor(inputs, step, radius));
  const holds = (radius: number) =>
    rateAt(radius).every((q, n) => q <= 1 - KEPT * (1 - (centre[n] ?? Number.NaN)));
  if (!centre.every((q) => q < 1)) return undefined;
  let low = 0;
  let high = LARGEST;
  for (let n = 0; n < HALVINGS && high - low > 1e-3 * high; n++) {
    // Small radii first by the geometric mean, from 1e-12 on.
    const middle = Math.sqrt(Math.max(low, 1e-12) * high);
    if (holds(middle)) low = middle;
    else high = middle;
    if (high <= 1.1e-12) break;
  }
  const rate = Math.max(...rateAt(low));
  return low > 0 && rate < 1 ? { radius: low, rate } : undefined;
}

/** ρ = max(1 − ημ, ηλ_max − 1) of (66), upwards. */
function slowest({ mu, lambdaMax }: BallInputs, step: number): Interval {
  const least = subtract(one, times(step, interval(mu)));
  const most = subtract(times(step, interval(lambdaMax)), one);
  return interval(0, Math.max(least.hi, most.hi, 0));
}

/** An upper bound of q(s) of (66): what one step brings the distance s of a start down by. */
export function contractionFactor(inputs: BallInputs, step: number, radius: number): number {
  const s = interval(radius);
  const lipschitz = thirdDerivativeBound(inputs, radius);
  const rho = interval(slowest(inputs, step).hi);
  const first = root(add(multiply(rho, rho), times(0.25, multiply(s, s))));
  return add(first, times(0.5, multiply(multiply(interval(step), lipschitz), s))).hi;
}

/** K(s) of (65), a Lipschitz constant of the Hessian in the ball of radius s, upwards. */
export function thirdDerivativeBound(
  inputs: Omit<BallInputs, 'mu' | 'steps'>,
  radius: number,
): Interval {
  const { lambdaMax, units, amplitude } = inputs;
  const s = interval(radius);
  const largest = add(interval(amplitude), s).hi;
  const chord2 = subtract(one, times(0.25, multiply(s, s)));
  const chord3 = multiply(chord2, root(chord2));
  const second = divide(interval(units.second(largest)), chord2);
  const third = divide(interval(units.third(largest)), chord3);
  const first = add(root(interval(lambdaMax)), multiply(second, s));
  const bound = add(times(3, multiply(first, second)), multiply(multiply(first, s), third));
  return interval(0, bound.hi);
}

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

/** What the radius of contraction follows from. */
export interface BallInputs {
  /** A lower bound of the least and an upper bound of the largest eigenvalue of the Hessian at the teacher. */
  readonly mu: number;
  readonly lambdaMax: number;
  /** B₂ of one unit of that amplitude, docs/theory.md (59). */
  readonly secondDerivative: (amplitude: number) => number;
  /** max_j |a*_j|. */
  readonly amplitude: number;
}

/** A ball around the teacher in which every step contracts the distance to it at least by the factor `rate`. */
export interface Ball {
  readonly radius: number;
  readonly rate: number;
  /** Step lengths η from the least to the most. */
  readonly steps: readonly [least: number, most: number];
}

/** The share of 1 − q(0) that is kept at the edge of the ball: a rate of 1 − 10⁻¹⁶ would tell nothing. */
const KEPT = 0.01;
/** Radii considered. */
const LARGEST = 0.5;
const HALVINGS = 40;
/** Thirds taken off the range of weights in (60): what is left of it moves the bound by rounding. */
const WEIGHTINGS = 30;

/** The largest ball, to a few digits, that (66) proves for those steps; undefined where not even its centre contracts. */
export function contractionBall(inputs: BallInputs, steps: Ball['steps']): Ball | undefined {
  const centre = steps.map((step) => slowest(inputs, step));
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
  return low > 0 && rate < 1 ? { radius: low, rate, steps } : undefined;
}

/** q(0) = max(1 − ημ, ηλ_max − 1) of (66), upwards. */
function slowest({ mu, lambdaMax }: BallInputs, step: number): number {
  const least = subtract(one, times(step, interval(mu)));
  const most = subtract(times(step, interval(lambdaMax)), one);
  return Math.max(least.hi, most.hi, 0);
}

/**
 * An upper bound of q(s) of (66): what one step brings the distance of a start within s down by. Infinity where s is too large
 * for the row of a step to be known to stay on the teacher's side.
 */
export function contractionFactor(inputs: BallInputs, step: number, radius: number): number {
  const s = interval(radius);
  const eta = interval(step);
  const square = multiply(s, s);
  const { bend, lowest, highest, jacobian } = jacobianBounds(inputs, radius);
  const gradient = multiply(multiply(jacobian, interval(highest)), square);
  if (!(radius < 1 && add(times(0.5, square), multiply(eta, gradient)).hi < 1)) return Infinity;
  const lag = times(0.5, multiply(multiply(eta, bend), s));
  const tangential = leastContracted(eta, [lowest, highest], lag);
  const radial = times(0.25, multiply(multiply(eta, jacobian), multiply(bend, square)));
  const chord = root(divide(interval(2), add(one, root(subtract(one, square)))));
  return multiply(add(interval(tangential), radial), chord).hi;
}

/** β and the bounds of singular values of (65), upwards but for `lowest`. */
function jacobianBounds(
  { mu, lambdaMax, secondDerivative, amplitude }: BallInputs,
  radius: number,
) {
  const s = interval(radius);
  const chord2 = subtract(one, times(0.25, multiply(s, s)));
  const largest = add(interval(amplitude), s).hi;
  const bend = interval(divide(interval(secondDerivative(largest)), chord2).hi);
  const half = times(0.5, multiply(bend, s));
  const length = root(interval(lambdaMax));
  return {
    bend,
    lowest: Math.max(0, subtract(root(interval(mu)), half).lo),
    highest: add(length, half).hi,
    jacobian: interval(add(length, times(2, half)).hi),
  };
}

/**
 * An upper bound of |ξ − ηNᵀNξ| + lag·|Nξ| over unit vectors ξ and all N with singular values between the two: by (60), with the
 * two weights that make it least, or nearly.
 */
function leastContracted(
  eta: Interval,
  singular: readonly [lowest: number, highest: number],
  lag: Interval,
): number {
  const ends = singular.map((sigma) => {
    const y = multiply(interval(sigma), interval(sigma));
    const moved = subtract(one, multiply(eta, y));
    return { x: multiply(moved, moved).hi, y: y.hi };
  });
  const [low = { x: 1, y: 0 }, high = { x: 1, y: 0 }] = ends;
  const mixed = (share: number) => ({
    x: Math.sqrt(share * low.x + (1 - share) * high.x),
    y: Math.sqrt(share * low.y + (1 - share) * high.y),
  });
  const bound = (share: number) => {
    const weights = mixed(share);
    const half = (value: number, weight: number) =>
      times(0.5, add(divide(interval(value), interval(weight)), interval(weight)));
    const at = ends.map(({ x, y }) => add(half(x, weights.x), multiply(lag, half(y, weights.y))));
    return Math.max(...at.map(({ hi }) => hi));
  };
  const value = (share: number) => mixed(share).x + lag.hi * mixed(share).y;
  // The sum is concave in the share: thirds of the range that holds its largest value.
  let [from, to] = [0, 1];
  for (let n = 0; n < WEIGHTINGS; n++) {
    const third = (to - from) / 3;
    if (value(from + third) < value(to - third)) from += third;
    else to -= third;
  }
  const candidates = [0, 1, (from + to) / 2].map(bound).filter((x) => !Number.isNaN(x));
  return Math.min(Infinity, ...candidates);
}

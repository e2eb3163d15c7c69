import {
  add,
  divide,
  horner,
  type Interval,
  interval,
  magnitude,
  multiply,
  one,
  pi,
  root,
  subtract,
  times,
  widen,
} from './interval.ts';

/** ln 2 = LN2_HIGH + LN2_LOW: the first has 32 bits, so that n·LN2_HIGH is exact for |n| < 2²⁰. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW: Interval = interval(1.908214929270587e-10, 1.908214929270588e-10);
/** Degree of Taylor's polynomial of e^r for |r| ≤ 0.4, whose remainder is below 0.4¹⁸/18! · e^0.4 < 2·10⁻²³. */
const DEGREE = 17;
const REMAINDER = 2e-23;

const coefficients: readonly Interval[] = inverseFactorials(DEGREE);

function inverseFactorials(degree: number): Interval[] {
  const result = [one];
  for (let n = 1; n <= degree; n++) result.push(divide(result[n - 1] ?? one, interval(n)));
  return result;
}

/** e^x at a float64 in [−700, 700], without `Math.exp`: x = n ln 2 + r, Taylor's polynomial with its remainder, 2ⁿ. */
function expAt(x: number): Interval {
  if (x < -700) return interval(0, 1e-300);
  if (!(x <= 700)) return interval(0, Infinity);
  const n = Math.round(x / Math.LN2);
  const rest = subtract(subtract(interval(x), interval(n * LN2_HIGH)), times(n, LN2_LOW));
  if (magnitude(rest) > 0.4) return interval(0, Infinity);
  let scale = 1;
  for (let i = Math.abs(n); i > 0; i--) scale *= n > 0 ? 2 : 0.5;
  return times(scale, widen(horner(coefficients, rest), REMAINDER));
}

/** Encloses e^x. */
export function exp(x: Interval): Interval {
  if (x.lo === x.hi) return expAt(x.lo);
  return interval(Math.max(0, expAt(x.lo).lo), expAt(x.hi).hi);
}

/** tanh at a float64: (1 − e)/(1 + e) with e = e^{−2|x|}. */
function tanhAt(x: number): Interval {
  const e = expAt(-2 * Math.abs(x));
  const t = divide(subtract(one, e), add(one, e));
  const inside = interval(Math.max(0, t.lo), Math.min(1, t.hi));
  return x < 0 ? interval(-inside.hi, -inside.lo) : inside;
}

/** Encloses tanh x, by monotony. */
export function tanh(x: Interval): Interval {
  if (x.lo === x.hi) return tanhAt(x.lo);
  return interval(tanhAt(x.lo).lo, tanhAt(x.hi).hi);
}

const inverseRootTau: Interval = divide(one, root(times(2, pi)));

/** Encloses the density φ of N(0, 1). */
export function density(x: Interval): Interval {
  const half = times(-0.5, multiply(x, x));
  return multiply(exp(interval(half.lo, Math.min(0, half.hi))), inverseRootTau);
}

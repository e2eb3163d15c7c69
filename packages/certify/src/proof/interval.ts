/** A closed interval of real numbers with float64 ends. */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

/** 2 to a whole power, by products that round nothing: `**` is not exact by the standard. */
export function powerOfTwo(exponent: number): number {
  let power = 1;
  for (let n = Math.abs(exponent); n > 0; n--) power *= exponent > 0 ? 2 : 0.5;
  return power;
}

/** u(1 + 2u) with u = 2⁻⁵³, and the least positive float64. */
const PHI: number = (Number.EPSILON / 2) * (1 + Number.EPSILON);
const ETA: number = Number.MIN_VALUE;

/**
 * A float64 at most the predecessor of x, so that no real number that rounds to x is less: S. M. Rump, P. Zimmermann,
 * S. Boldo and G. Melquiond, "Computing predecessor and successor in rounding to nearest", BIT 49 (2009).
 */
export function down(x: number): number {
  return x - (PHI * Math.abs(x) + ETA);
}

/** A float64 at least the successor of x, so that no real number that rounds to x is greater. See {@link down}. */
export function up(x: number): number {
  return x + (PHI * Math.abs(x) + ETA);
}

/** The interval from `lo` to `hi`, without rounding; a point where `hi` is left out. */
export function interval(lo: number, hi: number = lo): Interval {
  return { lo, hi };
}

export const zero: Interval = interval(0);
export const one: Interval = interval(1);

/** π: `Math.PI` is the float64 below it. */
export const pi: Interval = interval(Math.PI, up(Math.PI));

export function add(x: Interval, y: Interval): Interval {
  return { lo: down(x.lo + y.lo), hi: up(x.hi + y.hi) };
}

export function subtract(x: Interval, y: Interval): Interval {
  return { lo: down(x.lo - y.hi), hi: up(x.hi - y.lo) };
}

export function multiply(x: Interval, y: Interval): Interval {
  const a = x.lo * y.lo;
  const b = x.lo * y.hi;
  const c = x.hi * y.lo;
  const d = x.hi * y.hi;
  return { lo: down(Math.min(a, b, c, d)), hi: up(Math.max(a, b, c, d)) };
}

/** x·factor for a factor that is a power of two or a small integer over one, without a second interval. */
export function times(factor: number, x: Interval): Interval {
  return multiply(interval(factor), x);
}

/** x/y. An interval y that contains 0 gives the whole line. */
export function divide(x: Interval, y: Interval): Interval {
  if (y.lo <= 0 && y.hi >= 0) return { lo: -Infinity, hi: Infinity };
  const a = x.lo / y.lo;
  const b = x.lo / y.hi;
  const c = x.hi / y.lo;
  const d = x.hi / y.hi;
  return { lo: down(Math.min(a, b, c, d)), hi: up(Math.max(a, b, c, d)) };
}

/** x², which is nowhere negative. */
function square(x: Interval): Interval {
  const high = magnitude(x);
  const low = x.lo > 0 ? x.lo : x.hi < 0 ? -x.hi : 0;
  return { lo: Math.max(0, down(low * low)), hi: up(high * high) };
}

/** x to a whole power ≥ 0. */
export function power(x: Interval, exponent: number): Interval {
  if (exponent === 0) return one;
  const half = power(x, exponent >> 1);
  return exponent % 2 === 0 ? square(half) : multiply(square(half), x);
}

/** Squares of smaller numbers may be rounded by more than {@link up} and {@link down} move in proportion. */
const SMALL_SQUARE = 1e-290;
const SMALL = 1e-145;

/** √x of the part of x that is not negative. The ends are checked by squaring: nothing rests on `Math.sqrt`. */
export function root(x: Interval): Interval {
  let lo = x.lo < SMALL_SQUARE ? 0 : down(Math.sqrt(x.lo));
  while (lo > 0 && up(lo * lo) > x.lo) lo = down(lo);
  let hi = x.hi < SMALL_SQUARE ? SMALL * (1 + 4 * Number.EPSILON) : up(Math.sqrt(x.hi));
  while (down(hi * hi) < x.hi) hi = up(hi);
  return { lo, hi };
}

/** sup |x|. */
export function magnitude(x: Interval): number {
  return Math.max(Math.abs(x.lo), Math.abs(x.hi));
}

/** x widened by `radius` on either side. */
export function widen(x: Interval, radius: number): Interval {
  return { lo: down(x.lo - radius), hi: up(x.hi + radius) };
}

/** The part of x inside [−1, 1], which is what can be true of an overlap of unit vectors. */
export function clampOverlap(x: Interval): Interval {
  return { lo: Math.max(-1, x.lo), hi: Math.min(1, x.hi) };
}

/** A float64 near the middle, and a bound on the distance from it to any point of x. */
export function midpoint(x: Interval): { readonly middle: number; readonly radius: number } {
  const middle = x.lo + (x.hi - x.lo) / 2;
  return { middle, radius: Math.max(0, up(x.hi - middle), up(middle - x.lo)) };
}

/** Σ_c coefficients[c] x^c by Horner's rule. */
export function horner(coefficients: readonly Interval[], x: Interval): Interval {
  let sum = zero;
  for (let c = coefficients.length - 1; c >= 0; c--) {
    sum = add(multiply(sum, x), coefficients[c] ?? zero);
  }
  return sum;
}

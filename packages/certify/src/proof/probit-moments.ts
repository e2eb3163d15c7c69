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
  powerOfTwo,
  root,
  times,
  widen,
  zero,
} from './interval.ts';

/** Terms of the series that are summed; the rest is below its first term times a constant, docs/theory.md (63). */
const TERMS = 140;

/**
 * Encloses M_{r,s}(ρ) = E[g^{(r)}(v₁·x) g^{(s)}(v₂·x)] of the probit for r, s ≤ `order`, docs/theory.md (63): the series in ρ of
 * coefficients in closed form, with a geometric bound on what is left out.
 */
export function probitMoments(
  order: number,
): (rho: Interval) => (r: number, s: number) => Interval {
  const c = coefficients(TERMS + order + 1);
  const series = new Map<number, { terms: Interval[]; rest: number }>();
  const seriesOf = (r: number, s: number) => {
    const key = r * (order + 1) + s;
    let found = series.get(key);
    if (!found) {
      found = { terms: termsOf(c, r, s), rest: restOf(r, s) };
      series.set(key, found);
    }
    return found;
  };
  return (rho) => (r, s) => {
    const { terms, rest } = seriesOf(Math.min(r, s), Math.max(r, s));
    if (magnitude(rho) === 0) return terms[0] ?? zero;
    return widen(horner(terms, rho), rest);
  };
}

/** c_0 = ½, c_{2k+1} = (−1)^k (2k−1)!!/(2^{k+1}√π), all other 0. */
function coefficients(count: number): Interval[] {
  const result = new Array<Interval>(count).fill(zero);
  result[0] = interval(0.5);
  let value = divide(interval(0.5), root(pi));
  for (let n = 1; n < count; n += 2) {
    result[n] = value;
    value = times(-n / 2, value);
  }
  return result;
}

function termsOf(c: readonly Interval[], r: number, s: number): Interval[] {
  let factorial = one;
  return Array.from({ length: TERMS }, (_, n) => {
    if (n > 1) factorial = times(n, factorial);
    return divide(multiply(c[r + n] ?? zero, c[s + n] ?? zero), factorial);
  });
}

/** c_1² 2^{1−(r+s)/2−n} √((r+n)!(s+n)!)/n! at n = TERMS, over 1 − ½(1 + s/n). */
function restOf(r: number, s: number): number {
  let product = one;
  for (let j = 1; j <= r; j++) product = times((TERMS + j) / 2, product);
  for (let j = 1; j <= s; j++) product = times((TERMS + j) / 2, product);
  const ratio = divide(interval(TERMS + 1 + s), interval(2 * TERMS + 2));
  return divide(
    times(powerOfTwo(-TERMS), multiply(divide(interval(0.5), pi), root(product))),
    add(one, times(-1, ratio)),
  ).hi;
}

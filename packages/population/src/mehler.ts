import type { Gate } from '@softmoe/model';
import { at, power, product } from '@softmoe/model/linalg';
import { type GateMoments, gateMoments } from './gate-moments.ts';
import { uniqueOrders } from './orders.ts';

/** What is left out of any sum, in absolute terms. */
const TAIL = 1e-16;
/** |ρ| is rounded up to a multiple of 1/BUCKETS to look up how many terms the tail bound asks for. */
const BUCKETS = 64;

/** Moments M_{r,s} of a pair of gates at a correlation. */
export interface MomentTable {
  /** M_{r,s} at [r·stride + s] after {@link evaluate}. */
  readonly values: Float64Array;
  readonly stride: number;
  evaluate(rho: number): void;
}

/**
 * M_{r,s}(ρ) = E[g₁^{(r)}(v₁·x) g₂^{(s)}(v₂·x)] = Σ_n ρⁿ/n! c_{r+n} c_{s+n} for unit v₁, v₂ with ρ = v₁·v₂,
 * docs/theory.md (8), for a chosen set of orders (r, s) at once. Each sum stops where the bound (10) on the rest is
 * under 1e-16 (or where the coefficients themselves are no longer resolved, about 1e-16 of Σ|terms|).
 */
export class MehlerTable implements MomentTable {
  readonly values: Float64Array;
  readonly stride: number;
  readonly #series: readonly MehlerSeries[];
  readonly #atOne: Float64Array;

  constructor(first: Gate, second: Gate, orders: Iterable<readonly [r: number, s: number]>) {
    this.#series = mehlerSeries(first, second, orders);
    this.stride = 1 + Math.max(0, ...this.#series.flatMap(({ r, s }) => [r, s]));
    this.values = new Float64Array(this.stride * this.stride);
    this.evaluate(1);
    this.#atOne = this.values.slice();
  }

  /** Fills {@link values} for a correlation ρ in [−1, 1]. */
  evaluate(rho: number): void {
    if (rho === 1 && this.#atOne) {
      this.values.set(this.#atOne);
      return;
    }
    const square = rho * rho;
    const bucket = Math.min(BUCKETS, Math.ceil(Math.abs(rho) * BUCKETS));
    for (const series of this.#series) {
      const oddTerms = series.oddTerms[bucket]!;
      const evenTerms = series.evenTerms[bucket]!;
      let value = series.constant;
      if (oddTerms > 0) value += rho * polynomial(series.odd, square, oddTerms);
      if (evenTerms > 0) value += square * polynomial(series.even, square, evenTerms);
      const { r, s, mirrored } = series;
      this.values[r * this.stride + s] = value;
      if (mirrored) this.values[s * this.stride + r] = value;
    }
  }
}

/** Σ_c coefficients[c] x^c over the first `terms` coefficients, by Horner's rule. */
export function polynomial(
  coefficients: Float64Array,
  x: number,
  terms: number = coefficients.length,
): number {
  let sum = 0;
  for (let c = terms - 1; c >= 0; c--) sum = sum * x + at(coefficients, c);
  return sum;
}

/** One M_{r,s}: the term n = 0, then the terms of odd n and those of even n ≥ 2 as polynomials in ρ². */
export interface MehlerSeries {
  readonly r: number;
  readonly s: number;
  /** Whether M_{s,r} is the same and has no series of its own. */
  readonly mirrored: boolean;
  /** The terms of all n. */
  readonly terms: Float64Array;
  readonly constant: number;
  readonly odd: Float64Array;
  readonly even: Float64Array;
  /** Number of terms of each that a bucket of |ρ| needs. */
  readonly oddTerms: Uint16Array;
  readonly evenTerms: Uint16Array;
  /** Estimate from above of the error that the sum has of the gates' coefficients: 0 where those are exact to rounding. */
  readonly error: number;
}

/** The series of those orders for two gates, each computed once; of equal gates M_{r,s} and M_{s,r} are one. */
export function mehlerSeries(
  first: Gate,
  second: Gate,
  orders: Iterable<readonly [r: number, s: number]>,
): MehlerSeries[] {
  const same = first === second;
  const known = knownSeries(first, second);
  return uniqueOrders(orders)
    .filter(([r, s]) => !same || r <= s)
    .map(([r, s]) => {
      const key = `${r},${s}`;
      const series =
        known.get(key) ??
        createSeries(gateMoments(first), gateMoments(second), r, s, same && r !== s);
      known.set(key, series);
      return series;
    });
}

const cache = new WeakMap<Gate, WeakMap<Gate, Map<string, MehlerSeries>>>();

/** The series of two gates that have been computed, by their orders. */
function knownSeries(first: Gate, second: Gate): Map<string, MehlerSeries> {
  const ofFirst = cache.get(first) ?? new WeakMap<Gate, Map<string, MehlerSeries>>();
  cache.set(first, ofFirst);
  const known = ofFirst.get(second) ?? new Map<string, MehlerSeries>();
  ofFirst.set(second, known);
  return known;
}

function createSeries(
  a: GateMoments,
  b: GateMoments,
  r: number,
  s: number,
  mirrored: boolean,
): MehlerSeries {
  const count = Math.min(a.normalised.length - r, b.normalised.length - s);
  const terms = product(
    a.normalised.subarray(r, r + count),
    b.normalised.subarray(s, s + count),
  ).map((c, n) => c * factorialRatio(n, r, s));
  const sizes = terms.map(Math.abs);
  const rest = remainder(a, b, r, s, count);
  return {
    r,
    s,
    mirrored,
    terms,
    constant: terms[0] ?? 0,
    odd: terms.filter((_, n) => n % 2 === 1),
    even: terms.filter((_, n) => n % 2 === 0 && n > 0),
    oddTerms: termsNeeded(sizes, rest, 1),
    evenTerms: termsNeeded(sizes, rest, 2),
    error: a.error || b.error ? rest + errorOf(a, b, r, s, count) : 0,
  };
}

/** What errors of the coefficients make of the sum at ρ = 1. */
function errorOf(a: GateMoments, b: GateMoments, r: number, s: number, count: number): number {
  const { error: ofA = 0 } = a;
  const { error: ofB = 0 } = b;
  let sum = 0;
  for (let n = 0; n < count; n++) {
    const each = Math.abs(at(a.normalised, r + n)) * ofB + Math.abs(at(b.normalised, s + n)) * ofA;
    sum += each * factorialRatio(n, r, s);
  }
  return sum;
}

/** √((r+n)! (s+n)!)/n!, the factor between normalised coefficients and c_{r+n} c_{s+n}/n!. */
function factorialRatio(n: number, r: number, s: number): number {
  let product = 1;
  for (let j = 1; j <= r; j++) product *= n + j;
  for (let j = 1; j <= s; j++) product *= n + j;
  return Math.sqrt(product);
}

/** Bound on Σ_{n ≥ count} |c_{r+n} c_{s+n}|/n! from the decay of the gates' coefficients, docs/theory.md (10). */
function remainder(a: GateMoments, b: GateMoments, r: number, s: number, count: number): number {
  let sum = 0;
  for (let n = count; ; n++) {
    const term = a.bound(r + n) * b.bound(s + n) * factorialRatio(n, r, s);
    sum += term;
    if (term <= 1e-6 * sum || term < 1e-40) return sum;
  }
}

/**
 * For every bucket the number of terms n = start, start + 2, … after which |ρ|ⁿ·Σ|rest| is under the tail bound. Those of
 * size 0 at the end are never needed.
 */
function termsNeeded(sizes: Float64Array, rest: number, start: number): Uint16Array {
  const needed = new Uint16Array(BUCKETS + 1);
  let n = sizes.length - 1 - ((sizes.length - 1 - start) % 2);
  let suffix = rest + (n >= start ? at(sizes, n) : 0);
  for (let bucket = BUCKETS; bucket >= 0; bucket--) {
    while (n >= start && (at(sizes, n) === 0 || power(bucket / BUCKETS, n) * suffix <= TAIL)) {
      n -= 2;
      if (n >= start) suffix += at(sizes, n);
    }
    needed[bucket] = n < start ? 0 : (n - start) / 2 + 1;
  }
  return needed;
}

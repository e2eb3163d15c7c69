import type { Gate } from '@softmoe/model';
import { at, product } from '@softmoe/model/linalg';
import { type GateMoments, gateMoments } from './gate-moments.ts';

/** What is left out of any sum, in absolute terms. */
const TAIL = 1e-16;
/** |ρ| is rounded up to a multiple of 1/BUCKETS to look up how many terms the tail bound asks for. */
const BUCKETS = 64;

/**
 * M_{r,s}(ρ) = E[g₁^{(r)}(v₁·x) g₂^{(s)}(v₂·x)] = Σ_n ρⁿ/n! c_{r+n} c_{s+n} for unit v₁, v₂ with ρ = v₁·v₂,
 * docs/theory.md (8), for a chosen set of orders (r, s) at once. Each sum stops where the bound (10) on the rest is
 * under 1e-16 (or where the coefficients themselves are no longer resolved, about 1e-16 of Σ|terms|).
 */
export class MehlerTable {
  /** M_{r,s} at [r·stride + s] after {@link evaluate}. */
  readonly values: Float64Array;
  readonly stride: number;
  readonly #series: readonly Series[];
  readonly #atOne: Float64Array;

  constructor(first: Gate, second: Gate, orders: Iterable<readonly [r: number, s: number]>) {
    const list = uniqueOrders(orders);
    this.stride = 1 + Math.max(0, ...list.flat());
    this.values = new Float64Array(this.stride * this.stride);
    const a = gateMoments(first);
    const b = gateMoments(second);
    const same = first === second;
    this.#series = list
      .filter(([r, s]) => !same || r <= s)
      .map(([r, s]) => createSeries(a, b, r, s, same && r !== s, this.stride));
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
      this.values[series.index] = value;
      this.values[series.mirror] = value;
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
interface Series {
  readonly index: number;
  readonly mirror: number;
  readonly constant: number;
  readonly odd: Float64Array;
  readonly even: Float64Array;
  /** Number of terms of each that a bucket of |ρ| needs. */
  readonly oddTerms: Uint16Array;
  readonly evenTerms: Uint16Array;
}

function createSeries(
  a: GateMoments,
  b: GateMoments,
  r: number,
  s: number,
  symmetric: boolean,
  stride: number,
): Series {
  const index = r * stride + s;
  const mirror = symmetric ? s * stride + r : index;
  const count = Math.min(a.normalised.length - r, b.normalised.length - s);
  const terms = product(
    a.normalised.subarray(r, r + count),
    b.normalised.subarray(s, s + count),
  ).map((c, n) => c * factorialRatio(n, r, s));
  const sizes = terms.map(Math.abs);
  const odd = terms.filter((_, n) => n % 2 === 1);
  const even = terms.filter((_, n) => n % 2 === 0 && n > 0);
  const rest = remainder(a, b, r, s, count);
  return {
    index,
    mirror,
    constant: terms[0] ?? 0,
    odd,
    even,
    oddTerms: termsNeeded(sizes, rest, 1),
    evenTerms: termsNeeded(sizes, rest, 2),
  };
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

/** For every bucket the number of terms n = start, start + 2, … after which |ρ|ⁿ·Σ|rest| is under the tail bound. */
function termsNeeded(sizes: Float64Array, rest: number, start: number): Uint16Array {
  const needed = new Uint16Array(BUCKETS + 1);
  const last = sizes.length - 1 - ((sizes.length - 1 - start) % 2);
  let suffix = rest;
  for (let n = last; n >= start; n -= 2) {
    const size = at(sizes, n);
    if (size === 0) continue;
    suffix += size;
    const safe = (TAIL / suffix) ** (1 / n);
    const bucket = Math.floor(safe * BUCKETS) + 1;
    const terms = (n - start) / 2 + 1;
    if (bucket <= BUCKETS) needed[bucket] = Math.max(needed[bucket] ?? 0, terms);
  }
  let most = 0;
  return needed.map((terms) => {
    most = Math.max(most, terms);
    return most;
  });
}

function uniqueOrders(orders: Iterable<readonly [number, number]>): (readonly [number, number])[] {
  const byKey = new Map<string, readonly [number, number]>();
  for (const order of orders) byKey.set(order.join(), order);
  return [...byKey.values()];
}

import { allocate, at, dotAt, power } from '@softmoe/model/linalg';
import { gateMoments } from './gate-moments.ts';
import { coefficientsOf } from './length-moments.ts';
import type { MomentTable } from './mehler.ts';
import { uniqueOrders } from './orders.ts';
import type { ClosedForm } from './pair-groups.ts';

/** Moments of units, by their numbers, whose gates are behind routers of lengths of their own: what sums over pairs need to know of them. */
export interface LengthMoments {
  /** How many terms their series have, N. */
  readonly count: number;
  /** Up to how many derivatives of the gates. */
  readonly order: number;
  /** √((n + r)!/n!) E[g(σξ)He_{n+r}(ξ)]/√(n+r)! of every unit, [units, order + 1, N]. */
  readonly terms: Float64Array;
  /** The largest of these by size, of all r and from every n on, [units, N]. */
  readonly envelopes: Float64Array;
}

/** The coefficients of the gate of a unit behind a router of length σ, 1 where that is not its own. */
export function coefficientsAt({ gate, free }: ClosedForm, sigma: number): Float64Array {
  return free ? coefficientsOf(free)(sigma) : gateMoments(gate).normalised;
}

/** The moments of units with those coefficients, up to `order` derivatives of the gates. */
export function lengthMoments(coefficients: readonly Float64Array[], order: number): LengthMoments {
  const count = Math.max(1, ...coefficients.map(({ length }) => length));
  const terms = allocate([coefficients.length, order + 1, count]);
  const envelopes = allocate([coefficients.length, count]);
  const root = rootsUpTo(count);
  for (const [u, own] of coefficients.entries()) {
    const start = u * (order + 1) * count;
    terms.set(own, start);
    for (let r = 1; r <= order; r++) writeNext(terms, start + (r - 1) * count, count, root);
    writeEnvelope(terms, start, (order + 1) * count, envelopes, u * count, count);
  }
  return { count, order, terms, envelopes };
}

/** Writes the terms of r + 1, behind those of r which begin at `start`. */
function writeNext(terms: Float64Array, start: number, count: number, root: Float64Array): void {
  for (let n = 0; n < count - 1; n++) {
    terms[start + count + n] = at(root, n + 1) * at(terms, start + n + 1);
  }
}

function writeEnvelope(
  terms: Float64Array,
  start: number,
  length: number,
  envelopes: Float64Array,
  place: number,
  count: number,
): void {
  for (let first = start; first < start + length; first += count) {
    for (let n = 0; n < count; n++) {
      const size = Math.abs(at(terms, first + n));
      if (size > at(envelopes, place + n)) envelopes[place + n] = size;
    }
  }
  for (let n = place + count - 2; n >= place; n--) {
    if (at(envelopes, n + 1) > at(envelopes, n)) envelopes[n] = at(envelopes, n + 1);
  }
}

let roots = new Float64Array();

/** √n for n < `count`, and more. */
function rootsUpTo(count: number): Float64Array {
  if (roots.length < count)
    roots = Float64Array.from({ length: 2 * count }, (_, n) => Math.sqrt(n));
  return roots;
}

/** What is left out of any sum begins with a term of this size. */
const TAIL = 1e-17;

/**
 * M_{r,s}(t) = E[G₁^{(r)}(u₁·x) G₂^{(s)}(u₂·x)] = Σ_n tⁿ/n! C_{r+n}(σ₁) C_{s+n}(σ₂) for unit u₁, u₂ with t = u₁·u₂ and gates G(z) = g(σz)
 * behind routers of two lengths, docs/theory.md (68), for a chosen set of orders at once.
 */
export class LengthTable implements MomentTable {
  readonly values: Float64Array;
  readonly stride: number;
  readonly #orders: readonly (readonly [r: number, s: number])[];
  #ones: LengthMoments | undefined;
  #others: LengthMoments | undefined;
  #one = 0;
  #other = 0;
  #weighted = new Float64Array();

  constructor(orders: Iterable<readonly [r: number, s: number]>) {
    this.#orders = uniqueOrders(orders);
    this.stride = 1 + Math.max(0, ...this.#orders.flat());
    this.values = new Float64Array(this.stride * this.stride);
  }

  /** The moments of all units 1 and 2, of at least the order that this table has. */
  useMoments(ones: LengthMoments, others: LengthMoments): void {
    this.#ones = ones;
    this.#others = others;
  }

  /** The numbers of the two units that the next evaluations are about. */
  between(one: number, other: number): void {
    this.#one = one;
    this.#other = other;
  }

  /** Fills {@link values} for a correlation t in [−1, 1]. */
  evaluate(t: number): void {
    const [ones, others] = [this.#ones!, this.#others!];
    const needed = termsNeeded(ones, this.#one, others, this.#other, Math.abs(t));
    const { stride, values } = this;
    const start = this.#one * (ones.order + 1) * ones.count;
    const otherStart = this.#other * (others.order + 1) * others.count;
    if (this.#weighted.length < stride * needed) this.#weighted = new Float64Array(stride * needed);
    const weighted = this.#weighted;
    let power = 1;
    for (let n = 0; n < needed; n++, power *= t) {
      for (let r = 0; r < stride; r++) {
        weighted[r * needed + n] = power * at(ones.terms, start + r * ones.count + n);
      }
    }
    for (const [r, s] of this.#orders) {
      const row = otherStart + s * others.count;
      values[r * stride + s] = dotAt(weighted, r * needed, others.terms, row, needed);
    }
  }
}

/** The least number of terms after which the next one is lost, by bisection. */
function termsNeeded(
  ones: LengthMoments,
  one: number,
  others: LengthMoments,
  other: number,
  size: number,
): number {
  const start = one * ones.count;
  const otherStart = other * others.count;
  let low = 0;
  let high = Math.min(ones.count, others.count);
  while (low < high) {
    const n = (low + high) >> 1;
    const largest = at(ones.envelopes, start + n) * at(others.envelopes, otherStart + n);
    if (power(size, n) * largest <= TAIL) high = n;
    else low = n + 1;
  }
  return low;
}

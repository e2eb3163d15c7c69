import { at, dotAt, power } from '@softmoe/model/linalg';
import { type LengthMoments, TAIL } from './length-moments.ts';
import type { MomentTable } from './mehler.ts';
import { uniqueOrders } from './orders.ts';

/**
 * M_{r,s}(t) = E[G₁^{(r)}(u₁·x) G₂^{(s)}(u₂·x)] = Σ_n tⁿ/n! C_{r+n}(σ₁) C_{s+n}(σ₂) for unit u₁, u₂ with t = u₁·u₂ and gates G(z) = g(σz)
 * behind routers of two lengths, docs/theory.md (68), for a chosen set of orders at once.
 */
export class LengthTable implements MomentTable {
  readonly values: Float64Array;
  readonly stride: number;
  readonly #orders: readonly (readonly [r: number, s: number])[];
  #moments: LengthMoments | undefined;
  #first = 0;
  #one = 0;
  #other = 0;
  #weighted = new Float64Array();

  constructor(orders: Iterable<readonly [r: number, s: number]>) {
    this.#orders = uniqueOrders(orders);
    this.stride = 1 + Math.max(0, ...this.#orders.flat());
    this.values = new Float64Array(this.stride * this.stride);
  }

  /** The moments of all units, of at least the order that this table has; those that pairs have second begin with number `first`. */
  useMoments(moments: LengthMoments, first: number): void {
    this.#moments = moments;
    this.#first = first;
  }

  /** The numbers of the two units that the next evaluations are about, each among its own. */
  between(one: number, other: number): void {
    this.#one = one;
    this.#other = this.#first + other;
  }

  /** Fills {@link values} for a correlation t in [−1, 1]. */
  evaluate(t: number): void {
    const moments = this.#moments!;
    const { terms, count, order } = moments;
    const needed = termsNeeded(moments, this.#one, this.#other, Math.abs(t));
    const { stride, values } = this;
    const start = this.#one * (order + 1) * count;
    const otherStart = this.#other * (order + 1) * count;
    if (this.#weighted.length < stride * needed) this.#weighted = new Float64Array(stride * needed);
    const weighted = this.#weighted;
    let power = 1;
    for (let n = 0; n < needed; n++, power *= t) {
      for (let r = 0; r < stride; r++) {
        weighted[r * needed + n] = power * at(terms, start + r * count + n);
      }
    }
    for (const [r, s] of this.#orders) {
      values[r * stride + s] = dotAt(weighted, r * needed, terms, otherStart + s * count, needed);
    }
  }
}

/** The least number of terms after which the next one is lost, by bisection. */
function termsNeeded(
  { envelopes, count }: LengthMoments,
  one: number,
  other: number,
  size: number,
): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const n = (low + high) >> 1;
    const largest = at(envelopes, one * count + n) * at(envelopes, other * count + n);
    if (power(size, n) * largest <= TAIL) high = n;
    else low = n + 1;
  }
  return low;
}

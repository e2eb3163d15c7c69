import {
  add,
  divide,
  type Interval,
  interval,
  multiply,
  power,
  root,
  times,
  zero,
} from './interval.ts';

/** The overlaps of a pair of units, in the order of docs/theory.md (7). */
export const overlapNames = ['gamma', 'alpha1', 'beta1', 'alpha2', 'beta2', 'rho'] as const;
export type Overlap = (typeof overlapNames)[number];
export type Overlaps = Readonly<Record<Overlap, Interval>>;

/** M_{r,s} at the correlation of the pair's routers. */
export type Moments = (r: number, s: number) => Interval;

/** One term of docs/theory.md (7): coefficient·γ^c α₁^a β₁^b α₂^{a'} β₂^{b'} M_{r,s}(ρ). */
interface Term {
  readonly coefficient: Interval;
  readonly powers: Readonly<Record<Exclude<Overlap, 'rho'>, number>>;
  readonly r: number;
  readonly s: number;
}

/** E[u₁u₂] of two units as a sum of terms, which is closed under differentiation by overlaps. */
export class PairSum {
  readonly #terms: readonly Term[];

  private constructor(terms: readonly Term[]) {
    this.#terms = terms;
  }

  /** The sum (7) for experts h = Σ_p η_p He_p/√p!. */
  static of(eta: readonly number[]): PairSum {
    const terms: Term[] = [];
    for (const [p, first] of eta.entries()) {
      for (const [q, second] of eta.entries()) {
        if (first === 0 || second === 0) continue;
        const weights = multiply(interval(first), interval(second));
        const scale = multiply(weights, root(interval(factorial(p) * factorial(q))));
        for (let c = 0; c <= Math.min(p, q); c++) {
          for (let a = 0; a <= p - c; a++) {
            for (let x = 0; x <= q - c; x++) {
              const b = p - c - a;
              const y = q - c - x;
              const below =
                factorial(a) * factorial(b) * factorial(c) * factorial(x) * factorial(y);
              const powers = { gamma: c, alpha1: a, beta1: b, alpha2: x, beta2: y };
              const coefficient = divide(scale, interval(below));
              terms.push({ coefficient, powers, r: a + x, s: b + y });
            }
          }
        }
      }
    }
    return new PairSum(terms);
  }

  /** ∂E[u₁u₂] by an overlap: ∂M_{r,s}/∂ρ = M_{r+1,s+1}. */
  derivative(by: Overlap): PairSum {
    return new PairSum(
      this.#terms.flatMap((term) => {
        if (by === 'rho') return [{ ...term, r: term.r + 1, s: term.s + 1 }];
        const exponent = term.powers[by];
        if (exponent === 0) return [];
        const coefficient = times(exponent, term.coefficient);
        return [{ ...term, coefficient, powers: { ...term.powers, [by]: exponent - 1 } }];
      }),
    );
  }

  /** Encloses the sum at the overlaps of a pair. */
  at(overlaps: Overlaps, moments: Moments): Interval {
    let sum = zero;
    for (const { coefficient, powers, r, s } of this.#terms) {
      let term = coefficient;
      for (const name of ['gamma', 'alpha1', 'beta1', 'alpha2', 'beta2'] as const) {
        const exponent = powers[name];
        if (exponent > 0) term = multiply(term, power(overlaps[name], exponent));
      }
      sum = add(sum, multiply(term, moments(r, s)));
    }
    return sum;
  }
}

/** n! for n ≤ 18, exact. */
export function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

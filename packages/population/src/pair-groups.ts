import type { PairTable } from '@softmoe/kernels/population';
import type { Gate } from '@softmoe/model';
import { product } from '@softmoe/model/linalg';
import { mehlerSeries } from './mehler.ts';
import { ordersOf } from './orders.ts';

/** What (7) needs of a unit: its gate, and η_p of its expert h = Σ_p η_p He_p/√p!. */
export interface ClosedForm {
  readonly gate: Gate;
  /** The gate of unit routers where routers have lengths of their own. */
  readonly free: Gate | undefined;
  readonly coefficients: readonly number[];
}

/** The degrees n and m that P¹ and P² take, with the coefficients of W_{nm}, a polynomial in γ, and its derivatives. */
export interface Group {
  readonly n: number;
  readonly m: number;
  readonly weights: Float64Array;
  readonly slopes: Float64Array;
  readonly bends: Float64Array;
}

/**
 * E[u₁u₂] of units of two kinds in numbers, for the kernels: the series of its moments with how many of their terms each
 * bucket of |ρ| needs, and its groups. No series where routers of either have lengths of their own: moments then are those of a step.
 */
export function kernelTable(
  form1: ClosedForm,
  form2: ClosedForm,
  derivatives: 0 | 1 | 2,
): PairTable {
  const groups = groupsOf(form1, form2);
  if (form1.free || form2.free) return { groups, series: [] };
  const series = mehlerSeries(form1.gate, form2.gate, ordersOf(groups, derivatives));
  return {
    groups,
    series: series.map(({ oddTerms, evenTerms, ...one }) => ({
      ...one,
      needed: oddTerms.map((odd, bucket) => Math.max(1, 2 * odd, 1 + 2 * (evenTerms[bucket] ?? 0))),
    })),
  };
}

/** The summands of the expectation of units with those experts. */
export function groupsOf(one: ClosedForm, other: ClosedForm): Group[] {
  const e1 = scaled(one.coefficients);
  const e2 = scaled(other.coefficients);
  const groups: Group[] = [];
  for (let n = 0; n < e1.length; n++) {
    for (let m = 0; m < e2.length; m++) {
      const count = Math.min(e1.length - n, e2.length - m);
      let factorial = 1;
      const weights = product(e1.subarray(n, n + count), e2.subarray(m, m + count)).map((e, c) => {
        if (c > 0) factorial *= c;
        return e / factorial;
      });
      if (weights.every((x) => x === 0)) continue;
      const slopes = weights.slice(1).map((x, c) => (c + 1) * x);
      const bends = weights.slice(2).map((x, c) => (c + 2) * (c + 1) * x);
      groups.push({ n, m, weights, slopes, bends });
    }
  }
  return groups;
}

/**
 * An estimate from above of the error of E[u₁u₂] of two units of that form, at whichever overlaps, that comes from the moments of their
 * gate: 0 where those are exact to rounding.
 */
export function expectationErrorOf(form: ClosedForm): number {
  const groups = groupsOf(form, form);
  const errors = new Map(
    mehlerSeries(form.gate, form.gate, ordersOf(groups, 0)).flatMap(({ r, s, error }) => [
      [`${r},${s}`, error],
      [`${s},${r}`, error],
    ]),
  );
  let sum = 0;
  for (const { n, m, weights } of groups) {
    const largest = weights.reduce((total, weight) => total + Math.abs(weight), 0);
    let worst = 0;
    for (let r = 0; r <= n + m; r++) worst = Math.max(worst, errors.get(`${r},${n + m - r}`) ?? 0);
    sum += largest * shares(n) * shares(m) * worst;
  }
  return sum;
}

/** Σ_a |α|^a |β|^{n−a}/(a!(n − a)!) is at most 2^n/n! for overlaps within ±1. */
function shares(n: number): number {
  let most = 1;
  for (let j = 1; j <= n; j++) most *= 2 / j;
  return most;
}

/** e_p = η_p √p!. */
function scaled(coefficients: readonly number[]): Float64Array {
  let factorial = 1;
  return Float64Array.from(coefficients, (eta, p) => {
    if (p > 1) factorial *= p;
    return eta * Math.sqrt(factorial);
  });
}

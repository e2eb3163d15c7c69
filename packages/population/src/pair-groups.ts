import type { PairTable } from '@softmoe/kernels/population';
import type { MoESpec } from '@softmoe/model';
import { product } from '@softmoe/model/linalg';
import { type ClosedForm, closedFormOf } from './closed-form.ts';
import { mehlerSeries } from './mehler.ts';

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
 * bucket of |ρ| needs, and its groups. Throws `UnsupportedError` for units without a closed form.
 */
export function kernelTable(unit1: MoESpec, unit2: MoESpec, derivatives: 0 | 1 | 2): PairTable {
  const form1 = closedFormOf(unit1);
  const form2 = closedFormOf(unit2);
  const groups = groupsOf(form1, form2);
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

/** Every (r, s) whose M_{r,s} the value and the derivatives up to the given order need. */
export function* ordersOf(
  groups: readonly Group[],
  derivatives: number,
): Generator<[number, number]> {
  for (const { n, m } of groups) {
    for (let order = 0; order <= derivatives; order++) {
      for (let r = 0; r <= n + m; r++) yield [r + order, n + m - r + order];
    }
  }
}

/** e_p = η_p √p!. */
function scaled(coefficients: readonly number[]): Float64Array {
  let factorial = 1;
  return Float64Array.from(coefficients, (eta, p) => {
    if (p > 1) factorial *= p;
    return eta * Math.sqrt(factorial);
  });
}

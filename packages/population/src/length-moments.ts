import { allocate, at, power } from '@softmoe/model/linalg';
import { coefficientsOf } from './gate-coefficients.ts';
import { gateMoments } from './gate-moments.ts';
import type { ClosedForm } from './pair-groups.ts';

/** Moments of units, by their numbers, whose gates are behind routers of lengths of their own: what sums over pairs need to know of them. */
export interface LengthMoments {
  /** How many terms their series have at most, N. */
  readonly count: number;
  /** The largest sum r + s of derivatives of two gates. */
  readonly order: number;
  /** √((n + r)!/n!) E[g(σξ)He_{n+r}(ξ)]/√(n+r)! of every unit, [units, order + 1, N]. */
  readonly terms: Float64Array;
  /** Bounds, [units, N]: a term of M_{r,s}, and all that follow, are at most |t|ⁿ times those of its two units. */
  readonly envelopes: Float64Array;
}

/** What is left out of any sum begins with a term of this size. */
export const TAIL = 1e-17;

/** The coefficients of the gate of a unit behind a router of length σ, 1 where that is not its own. */
export function hermiteCoefficients({ gate, free }: ClosedForm, sigma: number): Float64Array {
  return free ? coefficientsOf(free)(sigma) : gateMoments(gate).normalised;
}

/** The moments of units with those coefficients, for M_{r,s} with r + s up to `order`: as many terms as any pair of them needs. */
export function lengthMoments(coefficients: readonly Float64Array[], order: number): LengthMoments {
  const most = Math.max(1, ...coefficients.map(({ length }) => length));
  const bounds = coefficients.map((own) => envelopeOf(own, most, order));
  let count = 1;
  while (count < most && bounds.some((bound) => at(bound, count) ** 2 > TAIL)) count++;
  const terms = allocate([coefficients.length, order + 1, count]);
  const envelopes = allocate([coefficients.length, count]);
  const factors = factorsUpTo(count, order);
  for (const [u, own] of coefficients.entries()) {
    envelopes.set(bounds[u]!.subarray(0, count), u * count);
    for (let r = 0; r <= order; r++) {
      writeProducts(factors[r]!, own, r, terms, (u * (order + 1) + r) * count, count);
    }
  }
  return { count, order, terms, envelopes };
}

/** Since √((n + r)! (n + s)!)/n! ≤ (n + r + s)^{(r + s)/2}, the largest of (l + order)^{order/4} |c_l| over l ≥ n. */
function envelopeOf(coefficients: Float64Array, length: number, order: number): Float64Array {
  const bound = new Float64Array(length);
  const growth = growthUpTo(length, order);
  let largest = 0;
  let size = 0;
  for (let n = coefficients.length - 1; n >= 0; n--) {
    size = Math.max(size, Math.abs(at(coefficients, n)));
    largest = Math.max(largest, at(growth, n) * size);
    bound[n] = largest;
  }
  return bound;
}

function writeProducts(
  factors: Float64Array,
  coefficients: Float64Array,
  first: number,
  target: Float64Array,
  start: number,
  count: number,
): void {
  const length = Math.min(count, coefficients.length - first);
  for (let n = 0; n < length; n++) {
    target[start + n] = at(factors, n) * at(coefficients, first + n);
  }
}

const growths = new Map<number, Float64Array>();
const factorTables = new Map<number, readonly Float64Array[]>();

/** (n + order)^{order/4} for n < `count`, and more. */
function growthUpTo(count: number, order: number): Float64Array {
  return upTo(
    growths,
    order,
    count,
    (growth) => growth.length,
    (length) =>
      Float64Array.from({ length }, (_, n) => power(Math.sqrt(Math.sqrt(n + order)), order)),
  );
}

/** √((n + r)!/n!) for r up to `order` and n < `count`, and more. */
function factorsUpTo(count: number, order: number): readonly Float64Array[] {
  return upTo(
    factorTables,
    order,
    count,
    ([first]) => first?.length ?? 0,
    (length) => {
      const factors = [new Float64Array(length).fill(1)];
      for (let r = 1; r <= order; r++) {
        factors.push(factors[r - 1]!.map((factor, n) => factor * Math.sqrt(n + r)));
      }
      return factors;
    },
  );
}

/** The table of that order, made anew, twice as long, where it is too short. */
function upTo<Table>(
  tables: Map<number, Table>,
  order: number,
  count: number,
  lengthOf: (table: Table) => number,
  make: (length: number) => Table,
): Table {
  let table = tables.get(order);
  if (!table || lengthOf(table) < count) {
    table = make(2 * count);
    tables.set(order, table);
  }
  return table;
}

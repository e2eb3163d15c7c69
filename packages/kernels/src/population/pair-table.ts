/** Buckets of |ρ| in which the terms of a series are counted, from 0 to 1. */
const BUCKETS = 64;
/** Largest degree of an expert. */
export const MAX_DEGREE = 6;

/** M_{r,s}(ρ) = Σ_n terms[n] ρⁿ, docs/theory.md (8). */
export interface Series {
  readonly r: number;
  readonly s: number;
  /** Whether M_{s,r} is equal to M_{r,s} and has no series of its own. */
  readonly mirrored: boolean;
  readonly terms: Float64Array;
  /** How many of the terms are needed while |ρ| ≤ b/64, for b = 0 … 64. */
  readonly needed: ArrayLike<number>;
}

/** W(γ)·Σ_{ab} P¹_n[a] P²_m[b] M_{a+b, n+m−a−b} with W(γ) = Σ_c weights[c] γ^c: a summand of docs/theory.md (11). */
export interface Group {
  readonly n: number;
  readonly m: number;
  readonly weights: Float64Array;
}

/** What the expectation E[u₁u₂] of units of two kinds depends on, beside their overlaps. */
export interface PairTable {
  /** None where routers have lengths of their own: their moments come with each step. */
  readonly series: readonly Series[];
  readonly groups: readonly Group[];
}

/** Eight series of the same powers, as assembly/population/records.ts has them. */
export interface SeriesBlock {
  readonly powers: number;
  readonly terms: Uint16Array<ArrayBuffer>;
  readonly constants: Float64Array<ArrayBuffer>;
  readonly coefficients: Float64Array<ArrayBuffer>;
  readonly targets: Int32Array<ArrayBuffer>;
}

const WIDTH = 8;
const VECTOR = 16;
/** Which terms n of a series the t-th one of a block is, and how many those of n < `needed` are: odd, even, all. */
const powers = [
  { termOf: (t: number) => 2 * t + 1, countOf: (needed: number) => needed >> 1 },
  { termOf: (t: number) => 2 * t + 2, countOf: (needed: number) => (needed - 1) >> 1 },
  { termOf: (t: number) => t + 1, countOf: (needed: number) => needed - 1 },
] as const;

/** The order r + s of the moments that a table has, and that derivatives of its groups up to a given one need. */
export function ordersOf({ groups, series }: PairTable): {
  had: number;
  needed: (derivatives: 1 | 2) => number;
} {
  const order = Math.max(0, ...groups.map(({ n, m }) => n + m));
  return {
    had: Math.max(0, ...series.map(({ r, s }) => r + s)),
    needed: (derivatives) => order + 2 * derivatives,
  };
}

/** Number of moments M_rs up to the order that a table has, at least `order`, and one more that nobody reads. */
export function momentCount(table: PairTable, order: number = 0): number {
  return indexOf(0, Math.max(order, ordersOf(table).had) + 1) + 1;
}

/** Where M_{r,s} lies. */
function indexOf(r: number, s: number): number {
  return ((r + s) * (r + s + 1)) / 2 + r;
}

/** The series of a table in blocks of eight, those of equal powers and similar length together. */
export function blocksOf(table: PairTable): SeriesBlock[] {
  const unread = momentCount(table) - 1;
  return powers.flatMap((_, kind) => {
    const same = table.series
      .filter(({ terms }) => powersOf(terms) === kind)
      .sort((a, b) => mostOf(a) - mostOf(b));
    const count = Math.ceil(same.length / WIDTH);
    return Array.from({ length: count }, (_, i) =>
      blockOf(same.slice(i * WIDTH, (i + 1) * WIDTH), kind, unread),
    );
  });
}

function powersOf(terms: Float64Array): number {
  const has = (parity: number) => terms.some((c, n) => c !== 0 && n > 0 && n % 2 === parity);
  if (!has(0)) return 0;
  return has(1) ? 2 : 1;
}

function mostOf({ needed }: Series): number {
  return needed[BUCKETS] ?? 0;
}

function blockOf(series: readonly Series[], kind: number, unread: number): SeriesBlock {
  const { termOf, countOf } = powers[kind as 0 | 1 | 2];
  const terms = Uint16Array.from({ length: BUCKETS + 1 }, (_, bucket) =>
    Math.max(0, ...series.map(({ needed }) => countOf(needed[bucket] ?? 0))),
  );
  const count = terms[BUCKETS] ?? 0;
  return {
    powers: kind,
    terms,
    constants: Float64Array.from({ length: WIDTH }, (_, j) => series[j]?.terms[0] ?? 0),
    coefficients: Float64Array.from(
      { length: WIDTH * count },
      (_, i) => series[i % WIDTH]?.terms[termOf(Math.floor(i / WIDTH))] ?? 0,
    ),
    targets: Int32Array.from({ length: 2 * WIDTH }, (_, i) => {
      const one = series[i >> 1];
      if (!one) return VECTOR * unread;
      const { r, s, mirrored } = one;
      return VECTOR * (mirrored && i % 2 === 1 ? indexOf(s, r) : indexOf(r, s));
    }),
  };
}

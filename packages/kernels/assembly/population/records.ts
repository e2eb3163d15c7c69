// What the caller writes before a step, in the order of the fields here, which src/population/place.ts repeats. All numbers
// are float64 and all arrays start at a multiple of 16. Units are those of the student, then those of the teacher; units
// and rows are padded with zeros to a multiple of four, so that n stands for m + k padded, and m' for m padded.

/** |ρ| is rounded up to a multiple of 1/BUCKETS to look up how many terms a series needs. */
export const BUCKETS: i32 = 64;
/** Series that are summed at once. */
export const SERIES: i32 = 8;

/** Powers of ρ that eight series consist of: odd ones, even ones, or all. */
export const ODD: i32 = 0;
export const EVEN: i32 = 1;

/** Eight series c + f(ρ)·Σ_t coefficients[t] x^t, where f(ρ), x = ρ, ρ² for odd powers, ρ², ρ² for even ones, else ρ, ρ. */
@unmanaged
export class SeriesBlock {
  powers: i32;
  /** Terms that each bucket of |ρ| needs, u16 [BUCKETS + 1]. */
  terms: usize;
  /** c, [8] */
  constants: usize;
  /** [terms][8] */
  coefficients: usize;
  /** Two byte offsets into the moments for each sum, i32 [8][2]: M_rs and, where they are equal, M_sr. */
  targets: usize;
}

/** A summand W(γ)·P¹_n * P²_m of the pair expectation, docs/theory.md (11): degrees, and the coefficients of W. */
@unmanaged
export class Group {
  n: i32;
  m: i32;
  count: i32;
  /** [count] */
  weights: usize;
}

/** Everything that the expectation of two units depends on beside their overlaps. */
@unmanaged
export class PairTable {
  blocks: i32;
  /** SeriesBlock [blocks] */
  series: usize;
  groups: i32;
  /** Group [groups] */
  group: usize;
  /** Degrees of the two experts. */
  degree1: i32;
  degree2: i32;
  /** Of which sums r + s moments are asked for where routers have lengths of their own: bit by bit. */
  sums: i32;
}

@unmanaged
export class Work {
  /** m */
  students: i32;
  /** m + k */
  units: i32;
  /** d */
  inputDim: i32;
  /** n */
  paddedUnits: i32;
  /** Number of tables that units point to. */
  tables: i32;
  /** PairTable [tables][tables], by the tables of the two units. */
  pairTables: usize;
  /** The number of each unit's table, i32 [n]. */
  unitTables: usize;
  /** Rows of V, V*, W, W*, [2n][d]. */
  rows: usize;
  /** a of the student's units, −a* of the teacher's, [n]. */
  amplitudes: usize;
  /** w·v of each unit, [n]. */
  own: usize;
  /** `rows` four rows at a time, [2n/4][d][4]. */
  rowStrips: usize;
  /** `rows` four columns at a time, [⌈d/4⌉][2n][4]. */
  columnStrips: usize;
  /** Inner products of the rows of V and W with all rows, [2m'][2n]. */
  overlaps: usize;
  /** Derivatives of the loss by those, four rows at a time, [2m'/4][2n][4]. */
  slopes: usize;
  /** Derivatives of the loss by `own`, [n]. */
  ownSlopes: usize;
  /** The gradient: rows of V, then of W, [2m'][4⌈d/4⌉]. */
  gradient: usize;
  /** Derivatives of the loss by the amplitudes, [n]. */
  amplitudeSlopes: usize;
  /** Overlaps, expectation and derivatives of two pairs of units: pair.ts. */
  pair: usize;
  /** Moments M_rs of two pairs: M_{r,s} at (r+s)(r+s+1)/2 + r. */
  moments: usize;
  /** Expectations with first and second derivatives of all pairs of a unit i of the student with units l ≥ i, [pairs][28]. */
  curvatures: usize;
  /** The largest order r + s of moments where routers have lengths of their own; 0 elsewhere. */
  order: i32;
  /** N, how many terms there are of each then. */
  terms: i32;
  /** Derivatives of the loss by λ of the student's units, [n]. */
  lengthSlopes: usize;
  /** √((n + r)!/n!) E[g(σξ)He_{n+r}(ξ)]/√(n+r)! of each unit, [n + 1][order + 1][N], and bounds: terms from n on are at most |t|ⁿ times those of two units, [n + 1][N]. */
  unitTerms: usize;
  envelopes: usize;
  /** The terms of units i and i + 1 side by side, [n][order + 1][N][2], of one unit twice, and those times powers, [order + 1][N][2]. */
  pairedTerms: usize;
  doubledTerms: usize;
  weightedTerms: usize;
}

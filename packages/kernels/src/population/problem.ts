import type { PairTable } from './pair-table.ts';

/** Directions and amplitudes of units: router and expert [units, d], row-major, and amplitude [units]. */
export interface Rows {
  readonly router: Float64Array;
  readonly expert: Float64Array;
  readonly amplitude: Float64Array;
}

/** What stays as it is from step to step of a student with m units against a teacher with k. */
export interface PopulationProblem {
  /** m */
  readonly students: number;
  /** k */
  readonly teachers: number;
  /** d */
  readonly inputDim: number;
  /** For each unit of the student, then of the teacher, the number of what its gate and expert are: [m + k]. */
  readonly kinds: ArrayLike<number>;
  /** Tables of a unit of one kind and a unit of another, [kinds][kinds]. */
  readonly tables: readonly (readonly PairTable[])[];
  readonly teacher: Rows;
  /**
   * Where routers have lengths of their own: the largest order r + s of the moments M_rs, whose terms come with each step, and room for
   * that many terms of each. Second derivatives of pairs have none.
   */
  readonly lengths?: { readonly order: number; readonly capacity: number };
  /** How often pairs will be differentiated, once by default: twice needs series of moments two orders further. */
  readonly derivatives?: 1 | 2;
}

/**
 * Moments of every unit of the student, then of the teacher, where routers have lengths of their own, docs/theory.md (68), as terms
 * √((n + r)!/n!) E[g(σξ)He_{n+r}(ξ)]/√(n+r)! of sums over n < `count`.
 */
export interface StepMoments {
  /** N, at most the capacity of the problem. */
  readonly count: number;
  /** [m + k, order + 1, N] */
  readonly terms: Float64Array;
  /** Bounds, [m + k, N]: a term of M_rs, and all that follow, are at most |t|ⁿ times those of its two units. */
  readonly envelopes: Float64Array;
}

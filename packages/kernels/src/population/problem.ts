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
  /** How often pairs will be differentiated, once by default: twice needs series of moments two orders further. */
  readonly derivatives?: 1 | 2;
}

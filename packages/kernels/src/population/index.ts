export { isSupported } from '../support.ts';
export { loadPopulationKernels, type PopulationKernels } from './kernels.ts';
export type { Group, PairTable, Series } from './pair-table.ts';
export type { PopulationProblem, Rows, StepMoments } from './problem.ts';
export type { PopulationStep } from './step.ts';

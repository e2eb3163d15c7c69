export { isSupported } from '../support.ts';
export { type LeastSquaresKernels, loadLeastSquaresKernels } from './kernels.ts';
export type { PassProblem } from './pass.ts';
export type { GaussNewtonProblem, PairsOf } from './problem.ts';

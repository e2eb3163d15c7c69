export { pairSums } from './pair-sums';
export { solvePositive } from './cholesky';
export { nothing } from '../simd';

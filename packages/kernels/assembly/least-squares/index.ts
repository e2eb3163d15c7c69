export { gaussNewton } from './gauss-newton';
export { solvePositive } from './cholesky';
export { nothing } from '../simd';
export { pass } from './pass';

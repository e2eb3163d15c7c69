export { curvatures, lossAndGradient, packTeacher } from './step';

// Parts that tests and benchmarks measure.
export { multiplyStrips } from './product';
export { nothing } from '../simd';

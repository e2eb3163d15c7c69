export { backward, forward, lossAndGradient, normals, online, units, words } from './step';
export { spanStep } from './span/step';

// Parts that tests and benchmarks measure.
export { evaluate } from './evaluate';
export { boxMuller } from './normals';
export { nothing } from './simd';
export { softmax } from './softmax';
export { accumulate, multiply } from './tile';

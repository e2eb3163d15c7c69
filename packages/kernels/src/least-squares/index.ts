export { isSupported } from '../support.ts';
export {
  type LeastSquaresKernels,
  loadLeastSquaresKernels,
  type PairSums,
  type PairVectors,
} from './kernels.ts';

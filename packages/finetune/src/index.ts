export {
  type DescentMemory,
  descentStep,
  type GradientDescentOptions,
  gradientDescent,
} from './gradient-descent.ts';
export {
  type LevenbergMarquardtMemory,
  type LevenbergMarquardtOptions,
  levenbergMarquardt,
} from './levenberg-marquardt.ts';

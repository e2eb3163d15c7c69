export type { Blocks, CurvatureEstimate } from '../contracts.ts';
export { gradientScale, nullLoss } from '../loss-scale.ts';
export { fromTangentCoordinates, tangentDim, toTangentCoordinates } from '../manifold.ts';
export { param, parameterLayout } from '../moe.ts';
export { allocate, sizeOf, zeros } from '../ndarray.ts';
export { outputGradients } from '../output-gradients.ts';
export {
  addScaled,
  copyParams,
  dotParams,
  makeParams,
  mapParams,
  normParams,
  paramEntries,
  scaleParams,
} from '../params.ts';
export type { ParameterLayout, ParameterName } from '../spec.ts';
export { radialDerivatives, subtractRadial } from '../sphere-curvature.ts';
export { asParams, toTangentMatrix } from '../tangent-matrix.ts';
export { assignRows } from './assignment.ts';
export { solvePositive } from './cholesky.ts';
export { ConvergenceError } from './errors.ts';
export { type Orthogonality, orthogonalise, subtractProjections } from './gram-schmidt.ts';
export { type Eigenpair, type Extremes, type LanczosOptions, lanczos } from './lanczos.ts';
export { addProduct, identity, multiplyTransposed } from './matrix.ts';
export { matrixSize, row, rowProducts, takeRows } from './rows.ts';
export { tridiagonalEigen } from './tridiagonal.ts';
export { addAt, axpy, dot, dotAt, norm } from './vectors.ts';

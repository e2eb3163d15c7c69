export type { Blocks, CurvatureEstimate, Steps } from '../contracts.ts';
export {
  DENSE_LIMIT,
  denseCurvature,
  matrixCurvature,
  spanProduct,
} from '../curvature.ts';
export { ConvergenceError } from '../errors.ts';
export { gradientScale, lossAndMoments, nullLoss } from '../forward.ts';
export { frameOf } from '../frames/frame.ts';
export type { Span } from '../frames/span.ts';
export {
  fromTangentCoordinates,
  perCoordinate,
  projectTangent,
  projectTangentInPlace,
  tangentDim,
  toTangentCoordinates,
} from '../manifold.ts';
export { param, parameterLayout } from '../moe.ts';
export { allocate, sizeOf, zeros } from '../ndarray.ts';
export { type OutputSlopes, outputGradients, outputSlopes } from '../output-gradients.ts';
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
export type { NearestImage } from '../symmetries/nearest-image.ts';
export { SAME_SIGNS, type SignChange, signChanges } from '../symmetries/sign-changes.ts';
export { translationDim, translationDirections } from '../symmetries/translations.ts';
export { asParams, tangentReflections, toTangentMatrix } from '../tangent-matrix.ts';
export { assignRows } from './assignment.ts';
export { solvePositive } from './cholesky.ts';
export { type ConjugateGradientsOptions, conjugateGradients } from './conjugate-gradients.ts';
export { exp, expm1, ln, ln24, power, realPower, writePolar24 } from './elementary.ts';
export { type Orthogonality, orthogonalise, subtractProjections } from './gram-schmidt.ts';
export { type TurnedRows, turnRows } from './householder.ts';
export {
  type Eigenpair,
  type Extremes,
  type LanczosOptions,
  lanczos,
  lanczosSteps,
} from './lanczos.ts';
export { addProduct, identity, multiplyTransposed } from './matrix.ts';
export { norm, normAt, rescaleAt, rootOfProduct, scaleOf } from './norm.ts';
export {
  addEntry,
  entry,
  matrixSize,
  row,
  rowNorms,
  rowProducts,
  takeRows,
  timesVector,
} from './rows.ts';
export { semidefiniteFactor } from './semidefinite.ts';
export { breather, complete, paced } from './steps.ts';
export { tridiagonalEigen } from './tridiagonal.ts';
export {
  addAt,
  addMultiplesAt,
  at,
  axpy,
  axpyAt,
  combination,
  difference,
  dot,
  dotAt,
  product,
  scale,
  scaleAt,
} from './vectors.ts';

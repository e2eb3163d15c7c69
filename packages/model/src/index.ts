export { checkInputs, type Inputs } from './blocks.ts';
export {
  requireFinite,
  requireFunction,
  requireInteger,
  requireKeys,
  requireObject,
} from './checks/require.ts';
export { parseStrictJson } from './checks/strict-json.ts';
export type {
  Blocks,
  Curvature,
  CurvatureEstimate,
  Draw,
  Estimator,
  ExactObjective,
  Gram,
  Objective,
  Points,
  TrailPoint,
} from './contracts.ts';
export {
  type ErrorDetail,
  FormatError,
  ShapeError,
  SoftmoeError,
  UnknownNameError,
  UnsupportedError,
  ValueError,
} from './errors.ts';
export { type ExpertKind, type ExpertSpec, expertKinds, expertOf } from './expert.ts';
export { MAX_HERMITE_DEGREE } from './experts/series.ts';
export { forward, lossAndGradient, units } from './forward.ts';
export { type Frame, frameOf, requireSameFrame } from './frames/frame.ts';
export { requireSameInputs, type Span, toSpan } from './frames/span.ts';
export { type Expert, evaluate, type Gate, type Parity, type ScalarFunction } from './function.ts';
export { type GateName, gateNames, gateOf } from './gate.ts';
export { assignRows } from './linalg/assignment.ts';
export { type Orthogonality, orthogonalise, subtractProjections } from './linalg/gram-schmidt.ts';
export { addProduct, identity, multiplyTransposed } from './linalg/matrix.ts';
export { matrixSize, row, rowProducts, takeRows } from './linalg/rows.ts';
export { dot, dotAt } from './linalg/vectors.ts';
export {
  fromTangentCoordinates,
  normaliseRows,
  projectTangent,
  retract,
  tangentDim,
  toTangentCoordinates,
} from './manifold.ts';
export {
  checkArray,
  checkSpec,
  createMoE,
  param,
  parameterLayout,
  requireForm,
  requireModel,
  UNIT_TOLERANCE,
} from './moe.ts';
export { decodeMoE, encodeMoE, loadMoE, saveMoE } from './moe-file.ts';
export { allocate, type NDArray, ndarray, sizeOf, zeros } from './ndarray.ts';
export { outputGradients } from './output-gradients.ts';
export {
  addScaled,
  copyParams,
  dotParams,
  makeParams,
  mapParams,
  normParams,
  paramEntries,
  scaleParams,
} from './params.ts';
export type { Routing } from './routing/interface.ts';
export { hasOwnGates, routingNames, routingOf } from './routing.ts';
export { decodeTensors, encodeTensors, type TensorFile } from './safetensors.ts';
export type {
  GatedRouting,
  GatedSpec,
  Manifold,
  MoE,
  MoESpec,
  ParameterLayout,
  ParameterName,
  Params,
  RoutingName,
  SharedRouting,
  SharedSpec,
  Written,
} from './spec.ts';
export { radialDerivatives, subtractRadial } from './sphere-curvature.ts';
export { type NearestImage, nearestImage, parameterError } from './symmetries/nearest-image.ts';
export { type SignChange, signChanges } from './symmetries/sign-changes.ts';
export { translationDim, translationDirections } from './symmetries/translations.ts';
export { asParams, toTangentMatrix } from './tangent-matrix.ts';

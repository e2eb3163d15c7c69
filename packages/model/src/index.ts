export type {
  Curvature,
  Draw,
  Estimator,
  ExactObjective,
  Gram,
  Objective,
  Points,
  TrailPoint,
  Watch,
  Work,
} from './contracts.ts';
export {
  FormatError,
  ShapeError,
  SoftmoeError,
  UnknownNameError,
  UnsupportedError,
  ValueError,
} from './errors.ts';
export type { ExpertSpec } from './expert.ts';
export { forward, lossAndGradient, units } from './forward.ts';
export type { Frame } from './frames/frame.ts';
export { toSpan } from './frames/span.ts';
export { freeRouters } from './free-routers.ts';
export type { Expert, Gate, TensorFunction } from './function.ts';
export type { GateSpec } from './gate.ts';
export { normaliseRows } from './linalg/normalise-rows.ts';
export { retract } from './manifold.ts';
export { createMoE, type NormalisedRows } from './moe.ts';
export { loadMoE, type OwnParts, saveMoE } from './moe-file.ts';
export { type NDArray, ndarray } from './ndarray.ts';
export type { Routing } from './routing/interface.ts';
export type { MoE, MoESpec, Params } from './spec.ts';
export { nearestImage, parameterError } from './symmetries/nearest-image.ts';

export { type Alignment, alignment, nearestSigns, type Overlaps, overlaps } from './alignment.ts';
export { loadState, saveState } from './checkpoint.ts';
export { DivergedError, StepSizeError, ZeroAmplitudeError } from './errors.ts';
export {
  encodeNpy,
  type OverlapFiles,
  overlapsToCsv,
  overlapsToNpy,
  recordColumns,
  recordsToCsv,
  type StatelessRecord,
} from './export.ts';
export {
  type BalancedFlowOptions,
  balancedFlow,
  frozen,
  plainFlow,
  type VectorField,
} from './fields.ts';
export { type Flow, integrate, type Method } from './integrate.ts';
export { bogackiShampine } from './methods/bogacki-shampine.ts';
export { dormandPrince } from './methods/dormand-prince.ts';
export { euler, type SgdOptions, sgd } from './methods/euler.ts';
export type {
  AdaptiveMemory,
  AdaptiveOptions,
  FixedOptions,
  RungeKuttaMemory,
} from './methods/runge-kutta.ts';
export { descend, type Optimizer } from './optimizer.ts';
export { type AdamMemory, type AdamOptions, adam } from './optimizers/adam.ts';
export { recordOf, type TrainRecord } from './record.ts';
export {
  finish,
  type RecordOptions,
  type RunEnd,
  type RunOptions,
  run,
} from './run.ts';
export {
  type Evaluation,
  type NoMemory,
  ownMemory,
  type PlateauMark,
  type Stepper,
  type TrainState,
} from './state.ts';
export type { StopCriteria, StopReason } from './stop.ts';
export { TRAIL_LENGTH, type Trailed, trailOf, withoutTrail, withTrail } from './trail.ts';

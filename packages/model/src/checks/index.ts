export { checkInputs, type Inputs } from '../blocks.ts';
export { type ErrorDetail, together } from '../errors.ts';
export { type ExpertKind, expertKinds, expertOf, isBuiltInExpert, namedExpert } from '../expert.ts';
export { MAX_HERMITE_DEGREE } from '../experts/polynomials.ts';
export { requireFrame, requireSameFrame } from '../frames/frame.ts';
export { requireSameInputs } from '../frames/span.ts';
export type { Parity } from '../function.ts';
export {
  fixedNorm,
  type GateName,
  gateNames,
  gateOf,
  gateOfFreeRouters,
  gateSpecOf,
  isBuiltInGate,
  isOwnGate,
  namedGate,
} from '../gate.ts';
export { checkArray, checkSpec, requireForm, requireModel, withUnitRows } from '../moe.ts';
export { decodeMoE, encodeMoE } from '../moe-file.ts';
export { hasFreeRouters, hasOwnGates, routingNames, routingOf } from '../routing.ts';
export { decodeTensors, encodeTensors, type TensorFile } from '../safetensors.ts';
export type { GatedRouting, GatedSpec, RoutingName, SharedRouting, SharedSpec } from '../spec.ts';
export { requireSameKind } from '../symmetries/nearest-image.ts';
export {
  eachIssue,
  type FileFormat,
  type Format,
  type ReadFrom,
  readFormat,
  type SchemaIssue,
  schemaProblem,
} from './format.ts';
export type { Written } from './require.ts';
export {
  requireFinite,
  requireFunction,
  requireInteger,
  requireKeys,
  requireObject,
  requireStream,
} from './require.ts';
export { parseStrictJson } from './strict-json.ts';
export { decodeText } from './text.ts';

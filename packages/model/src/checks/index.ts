export { checkInputs } from '../blocks.ts';
export type { ErrorDetail } from '../errors.ts';
export { MAX_HERMITE_DEGREE } from '../experts/series.ts';
export { checkArray, checkSpec, requireForm, requireModel } from '../moe.ts';
export {
  type FileFormat,
  type Format,
  type ReadFrom,
  readFormat,
  type SchemaIssue,
  schemaProblem,
} from './format.ts';
export {
  requireFinite,
  requireFunction,
  requireInteger,
  requireKeys,
  requireObject,
} from './require.ts';
export { parseStrictJson } from './strict-json.ts';

export { checkInputs } from '../blocks.ts';
export type { ErrorDetail } from '../errors.ts';
export { MAX_HERMITE_DEGREE } from '../experts/series.ts';
export { checkArray, checkSpec, requireForm, requireModel } from '../moe.ts';
export {
  requireFinite,
  requireFunction,
  requireInteger,
  requireKeys,
  requireObject,
} from './require.ts';
export { parseStrictJson } from './strict-json.ts';

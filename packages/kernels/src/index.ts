export {
  type ErrorDetail,
  KernelsError,
  KernelsUnsupportedError,
  KernelsValueError,
} from './errors.ts';
export type { Kernels } from './kernels.ts';
export { type LoadOptions, loadKernels } from './load.ts';
export type {
  GradientOffsets,
  Offset,
  ParameterOffsets,
  PlacedModel,
  Points,
} from './placed.ts';
export type { ExpertSpec, ModelSpec } from './spec.ts';
export type { Draw } from './stream.ts';
export { isSupported, type Variant } from './support.ts';
export { type WorkspaceNeeds, workspaceBytes } from './workspace-bytes.ts';

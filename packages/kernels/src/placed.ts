import type { ModelSpec } from './spec.ts';

/** Byte offset in the memory of a float32 array, row-major; a multiple of 4. */
export type Offset = number;

/** Parameters by name, in the shapes of @softmoe/model: router [m, d], expert [m, d], amplitude [m], routerBias [m]. */
export interface ParameterOffsets {
  readonly router: Offset;
  readonly expert: Offset;
  readonly amplitude: Offset;
  /** Softmax routing only. */
  readonly routerBias?: Offset;
}

/** Where a gradient is written, in the shapes of the parameters, and of the inputs [n, d] if that is wanted. */
export interface GradientOffsets extends ParameterOffsets {
  readonly inputs?: Offset;
}

/** A model in the memory. */
export interface PlacedModel {
  readonly spec: ModelSpec;
  readonly params: ParameterOffsets;
}

/** n = `size` points, [n, d]. */
export interface Points {
  readonly inputs: Offset;
  readonly size: number;
}

import type { ParameterOffsets } from '@softmoe/kernels';
import {
  type MoE,
  type MoESpec,
  makeParams,
  type ParameterName,
  type Params,
  paramEntries,
  parameterLayout,
  sizeOf,
} from '@softmoe/model';

export const FLOAT = 4;

/** Bytes of all parameters, one after the other. */
export function paramBytes({ inputDim, experts }: MoESpec): number {
  return (2 * inputDim + 2) * experts * FLOAT;
}

/** Where each parameter is when they begin at `start`. */
export function paramsAt(spec: MoESpec, start: number): ParameterOffsets {
  const { inputDim: d, experts: m } = spec;
  const amplitude = start + 2 * m * d * FLOAT;
  const offsets = { router: start, expert: start + m * d * FLOAT, amplitude };
  const biased = 'routerBias' in parameterLayout(spec);
  return biased ? { ...offsets, routerBias: amplitude + m * FLOAT } : offsets;
}

/** Rounds the parameters to float32 and writes them to their places. */
export function writeParams({ params }: MoE, at: ParameterOffsets, floats: Float32Array): void {
  for (const [name, { data }] of paramEntries(params)) floats.set(data, placeOf(name, at));
}

/** Copies a gradient out. */
export function readParams(spec: MoESpec, at: ParameterOffsets, floats: Float32Array): Params {
  return makeParams(spec, ({ name, shape }) => {
    const start = placeOf(name, at);
    return { shape, data: new Float64Array(floats.subarray(start, start + sizeOf(shape))) };
  });
}

/** Index of the parameter's first number. */
function placeOf(name: ParameterName, at: ParameterOffsets): number {
  return at[name]! / FLOAT;
}

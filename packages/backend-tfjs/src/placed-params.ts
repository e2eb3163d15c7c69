import type { ParameterOffsets } from '@softmoe/kernels';
import type { MoE, MoESpec, Params } from '@softmoe/model';
import { fixedNorm } from '@softmoe/model/checks';
import {
  makeParams,
  type ParameterName,
  paramEntries,
  parameterLayout,
  sizeOf,
} from '@softmoe/model/linalg';

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

/** Rounds the parameters to float32 and writes them to their places, routers at their length. */
export function writeParams(
  { spec, params }: MoE,
  at: ParameterOffsets,
  floats: Float32Array,
): void {
  for (const [name, { data }] of paramEntries(params)) {
    floats.set(scaled(name, data, spec), placeOf(name, at));
  }
}

/** Copies a gradient out, that of the directions of routers. */
export function readParams(spec: MoESpec, at: ParameterOffsets, floats: Float32Array): Params {
  return makeParams(spec, ({ name, shape }) => {
    const start = placeOf(name, at);
    const data = new Float64Array(floats.subarray(start, start + sizeOf(shape)));
    return { shape, data: scaled(name, data, spec) };
  });
}

/** A parameter, or its derivative, times the length of the routers where it is theirs. */
function scaled(name: ParameterName, data: Float64Array, spec: MoESpec): Float64Array {
  const norm = name === 'router' ? fixedNorm(spec.gate) : 1;
  return norm === 1 ? data : data.map((x) => norm * x);
}

/** Index of the parameter's first number. */
function placeOf(name: ParameterName, at: ParameterOffsets): number {
  return at[name]! / FLOAT;
}

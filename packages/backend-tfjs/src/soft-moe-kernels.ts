import { type ParameterOffsets, workspaceBytes } from '@softmoe/kernels';
import type { MoESpec } from '@softmoe/model';
import { parameterLayout } from '@softmoe/model/linalg';
import {
  type KernelConfig,
  reshape,
  Tensor,
  type TensorInfo,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  backpropagate,
  evaluateUnits,
  inputGradient,
  outputsOf,
  type ParamTensors,
} from './composed.ts';
import { type FusedOp, fusedOpOf } from './fused-op.ts';
import { isNamed, type NamedSpec } from './kernel-spec.ts';
import { paramBytes, paramsAt } from './placed-params.ts';

type KernelCall = Parameters<KernelConfig['kernelFunc']>[0];

/** Attributes of the kernels: the spec, as JSON where it has names alone, and for the backward one which gradients are wanted. */
export type SavedCall = NonNullable<KernelCall['attrs']>;

/** Of inputs x [n, d] and the parameters by name: f(x) [n]. */
export function forwardKernel({ inputs, attrs, backend }: KernelCall): TensorInfo {
  const spec = specOf(attrs);
  const x = required(inputs, 'x');
  if (x.shape[0] === 0) return zeros([0]);
  const fused = fusedOpOf(backend);
  if (fused && isNamed(spec)) return fusedForward(fused, x, paramInfos(inputs, spec), spec);
  return tidy(() => {
    const params = paramTensors(inputs, spec);
    const units = evaluateUnits(asTensor(x), params, spec);
    return reshape(outputsOf(units, params, spec), [x.shape[0] ?? 0]);
  });
}

/** Of those and dy [n]: the gradient of Σ_s dy_s f(x_s) by each parameter, or that by the inputs alone. */
export function backwardKernel({ inputs, attrs, backend }: KernelCall): TensorInfo[] {
  const spec = specOf(attrs);
  const byInputs = attrs?.by === 'inputs';
  const x = required(inputs, 'x');
  const dy = required(inputs, 'dy');
  if (x.shape[0] === 0) {
    const wanted = byInputs ? [x] : paramInfos(inputs, spec);
    return wanted.map(({ shape }) => zeros(shape));
  }
  const fused = fusedOpOf(backend);
  if (fused && isNamed(spec))
    return fusedBackward(fused, x, dy, paramInfos(inputs, spec), spec, byInputs);
  return tidy(() => {
    const params = paramTensors(inputs, spec);
    const cotangents = reshape(asTensor(dy), [x.shape[0] ?? 0, 1]);
    const units = evaluateUnits(asTensor(x), params, spec);
    const gradient = backpropagate(asTensor(x), cotangents, units, params, spec);
    if (byInputs) return [inputGradient(gradient, params)];
    return Object.keys(parameterLayout(spec)).map((name) => gradient.params[name]!);
  });
}

function fusedForward(
  { kernels, call }: FusedOp,
  x: TensorInfo,
  params: readonly TensorInfo[],
  spec: NamedSpec,
): TensorInfo {
  const size = x.shape[0] ?? 0;
  const [result] = call({
    inputs: [x, ...params],
    shapes: [[size]],
    scratch: [workspaceBytes({ model: spec })],
    run: ([points, ...offsets], [outputs], [work]) =>
      kernels.forward({ spec, params: named(offsets) }, { inputs: points!, size }, outputs!, work!),
  });
  return result!;
}

function fusedBackward(
  { kernels, call }: FusedOp,
  x: TensorInfo,
  dy: TensorInfo,
  params: readonly TensorInfo[],
  spec: NamedSpec,
  byInputs: boolean,
): TensorInfo[] {
  const size = x.shape[0] ?? 0;
  return call({
    inputs: [x, dy, ...params],
    shapes: byInputs ? [x.shape] : params.map(({ shape }) => shape),
    scratch: [workspaceBytes({ model: spec, inputGradient: byInputs }), paramBytes(spec)],
    run: ([points, cotangents, ...offsets], outputs, [work, unwanted]) =>
      kernels.backward(
        { spec, params: named(offsets) },
        { inputs: points!, cotangents: cotangents!, size },
        byInputs ? { ...paramsAt(spec, unwanted!), inputs: outputs[0]! } : named(outputs),
        work!,
      ),
  });
}

/** Offsets in the order of parameterLayout. */
function named([router, expert, amplitude, routerBias]: readonly number[]): ParameterOffsets {
  const offsets = { router: router!, expert: expert!, amplitude: amplitude! };
  return routerBias === undefined ? offsets : { ...offsets, routerBias };
}

function specOf(attrs: KernelCall['attrs']): MoESpec {
  const spec: unknown = attrs?.spec;
  return typeof spec === 'string' ? JSON.parse(spec) : (spec as MoESpec);
}

function paramInfos(inputs: KernelCall['inputs'], spec: MoESpec): TensorInfo[] {
  return Object.keys(parameterLayout(spec)).map((name) => required(inputs, name));
}

function paramTensors(inputs: KernelCall['inputs'], spec: MoESpec): ParamTensors {
  const [router, expert, amplitude, routerBias] = paramInfos(inputs, spec).map(asTensor);
  const tensors = { router: router!, expert: expert!, amplitude: amplitude! };
  return routerBias ? { ...tensors, routerBias } : tensors;
}

function required(inputs: KernelCall['inputs'], name: string): TensorInfo {
  const info = inputs[name];
  if (info) return info;
  throw new TypeError(`softMoE was called without the input ${name}`);
}

/** tfjs declares less than it gives: every input of a kernel is a tensor. */
function asTensor(info: TensorInfo): Tensor {
  if (info instanceof Tensor) return info;
  throw new TypeError('softMoE was called with something that is not a tensor');
}

import { type MoESpec, ShapeError, UnsupportedError, ValueError } from '@softmoe/model';
import { checkSpec, type Written } from '@softmoe/model/checks';
import { parameterLayout } from '@softmoe/model/linalg';
import {
  engine,
  getBackend,
  getGradient,
  getKernel,
  type NamedTensorMap,
  registerGradient,
  registerKernel,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { registerCoreGradients } from './core-gradients.ts';
import { isNamed } from './kernel-spec.ts';
import { backwardKernel, forwardKernel, type SavedCall } from './soft-moe-kernels.ts';

/** Parameters of {@link softMoE}, float32 tensors or variables: those of @softmoe/model by the same names and shapes. */
export interface SoftMoEParams {
  /** [m, d] */
  readonly router: Tensor;
  /** [m, d] */
  readonly expert: Tensor;
  /** [m] */
  readonly amplitude: Tensor;
  /** [m], where units share their gates. */
  readonly routerBias?: Tensor;
}

/**
 * f(x) of a soft-routed mixture of experts, docs/theory.md (2) and (5), as a tfjs op: `x` [n, d] → [n], differentiable in
 * `x` and all parameters. Rows need not be unit vectors here. On a tfjs-backend-wasm that `createTfjsBackend` has started it
 * is one fused kernel on the memory of the tensors; elsewhere, and for a gate or expert of the user's own, it is made of core ops.
 * The first call also registers the derivatives that losses of f(x) need, where tfjs-core has none. Throws typed errors for a bad
 * spec, for tensors that don't fit it and disposed ones, and an {@link UnsupportedError} where its second derivatives are asked for.
 */
export function softMoE(x: Tensor, params: SoftMoEParams, spec: Written<MoESpec>): Tensor1D {
  checkSpec(spec);
  const inputs = checkedInputs(x, params, spec);
  const kernelName = register(getBackend(), Object.keys(inputs));
  return engine().runKernel<Tensor1D>(kernelName, inputs, {
    spec: isNamed(spec) ? JSON.stringify(spec) : (spec as never),
  });
}

const backwardName = 'SoftMoEGrad';

/** The name of the kernel of these inputs: one each, because tfjs saves the same ones for every call of a name. */
function register(backendName: string, inputsToSave: string[]): string {
  const kernelName = `SoftMoE(${inputsToSave.join()})`;
  if (!getKernel(kernelName, backendName)) {
    registerKernel({ kernelName, backendName, kernelFunc: forwardKernel });
  }
  if (!getKernel(backwardName, backendName)) {
    registerKernel({ kernelName: backwardName, backendName, kernelFunc: backwardKernel });
  }
  if (getGradient(kernelName)) return kernelName;
  registerCoreGradients();
  registerGradient({ kernelName: backwardName, gradFunc: refuseSecondDerivatives });
  registerGradient({
    kernelName,
    inputsToSave,
    /**
     * The parameters' gradients come from one pass, in the tidy around the whole backward sweep. That of the inputs costs
     * half as much again and is seldom wanted, so it waits to be asked for.
     */
    gradFunc(dy, saved, attrs) {
      const [first] = [dy].flat();
      const tensors: NamedTensorMap = { dy: first! };
      inputsToSave.forEach((name, i) => {
        tensors[name] = saved[i]!;
      });
      const gradients = backward(tensors, { ...attrs, by: 'params' });
      return Object.fromEntries([
        ['x', () => backward(tensors, { ...attrs, by: 'inputs' })[0]!],
        ...inputsToSave.slice(1).map((name, i) => [name, () => gradients[i]!] as const),
      ]);
    },
  });
  return kernelName;
}

function refuseSecondDerivatives(): never {
  throw new UnsupportedError('has first derivatives only', {
    field: 'softMoE',
    value: 'order 2',
    remedy:
      'Differentiate it once; estimators of @softmoe/population and @softmoe/sampled have its curvature.',
  });
}

function backward(tensors: NamedTensorMap, attrs: SavedCall): Tensor[] {
  return engine().runKernel<Tensor[]>(backwardName, tensors, attrs);
}

function checkedInputs(x: Tensor, params: SoftMoEParams, spec: MoESpec): NamedTensorMap {
  checkTensor('x', x, [x?.shape?.[0] ?? 0, spec.inputDim]);
  const inputs: NamedTensorMap = { x };
  const given: Readonly<Record<string, Tensor | undefined>> = { ...params };
  for (const { name, shape } of Object.values(parameterLayout(spec))) {
    inputs[name] = checkTensor(`params.${name}`, given[name], shape);
  }
  return inputs;
}

function checkTensor(field: string, tensor: Tensor | undefined, shape: readonly number[]): Tensor {
  if (tensor?.shape?.join() !== shape.join()) {
    throw new ShapeError(`must be a tensor of shape [${shape.join(', ')}]`, {
      field,
      value: tensor?.shape ?? tensor,
      remedy: 'Check it against spec.inputDim and spec.experts.',
    });
  }
  if (tensor.isDisposed) {
    throw new ValueError('has been disposed', {
      field,
      value: 'a disposed tensor',
      remedy:
        'Call softMoE before tf.dispose, or keep the tensor through the tf.tidy around it by tf.keep.',
    });
  }
  if (tensor.dtype === 'float32') return tensor;
  throw new ValueError('must be float32', {
    field,
    value: tensor.dtype,
    remedy: "Cast it with tf.cast(tensor, 'float32').",
  });
}

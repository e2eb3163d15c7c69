import type { Backend, BackendInfo, LossAndGradient } from '@softmoe/backend';
import type { MoE, NDArray, Points } from '@softmoe/model';
import { checkInputs, type Inputs } from '@softmoe/model/checks';
import { axpy, makeParams, param, parameterLayout, sizeOf, zeros } from '@softmoe/model/linalg';
import { concat, matMul, type Tensor, tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import { chunksOf, meanOver } from './chunks.ts';
import {
  backpropagate,
  evaluateUnits,
  outputsOf,
  type ParamTensors,
  unitOutputs,
} from './composed.ts';
import { disposedError } from './fused-backend.ts';
import { onBackend } from './start.ts';

/**
 * The methods of a backend in core ops of the tfjs backend `name`. Every call is one tidy that ends before it returns to
 * the event loop: nothing is left behind, and calls can't meet. It has no `onlineStep`.
 */
export function createComposedBackend(name: string, info: BackendInfo): Backend {
  let disposed = false;
  const run = <T>(work: () => T): T => {
    if (disposed) throw disposedError(info.name);
    return onBackend(name, () => inTidy(work));
  };

  function evaluate(
    model: MoE,
    inputs: Inputs,
    size: number,
    columns: number,
    f: (x: Tensor, params: ParamTensors) => Tensor,
  ): Float64Array {
    const { spec } = model;
    checkInputs(inputs, size, spec.inputDim, 'inputs');
    const result = new Float64Array(size * columns);
    for (const { start, rows } of chunksOf(spec, size)) {
      run(() => {
        const x = pointsOf(inputs, start, rows, spec.inputDim);
        result.set(f(x, tensorsOf(model)).dataSync<'float32'>(), start * columns);
      });
    }
    return result;
  }

  /** Loss and gradient; where `moments` are given, adds the products of the derivatives by the logits to them. */
  function differentiate(
    model: MoE,
    { inputs, targets, size }: Points,
    moments?: NDArray,
  ): LossAndGradient {
    const { spec } = model;
    checkInputs(inputs, size, spec.inputDim, 'inputs');
    checkInputs(targets, size, 1, 'targets');
    return meanOver(chunksOf(spec, size), size, ({ start, rows }) =>
      run(() => {
        const x = pointsOf(inputs, start, rows, spec.inputDim);
        const params = tensorsOf(model);
        const units = evaluateUnits(x, params, spec);
        const outputs = outputsOf(units, params, spec).dataSync<'float32'>();
        const cotangents = new Float32Array(rows);
        let squares = 0;
        for (let s = 0; s < rows; s++) {
          const residual = outputs[s]! - targets[start + s]!;
          squares += residual * residual;
          cotangents[s] = residual / rows;
        }
        const gradient = backpropagate(x, tensor(cotangents, [rows, 1]), units, params, spec);
        if (moments) {
          const slopes = concat([gradient.routerLogits, gradient.expertLogits], 1);
          const products = hostCopy(matMul(transpose(slopes), slopes));
          axpy((rows / size) ** 2, products.data, moments.data);
        }
        return {
          loss: squares / (2 * rows),
          gradient: makeParams(spec, ({ name }) => hostCopy(gradient.params[name]!)),
        };
      }),
    );
  }

  return {
    info,
    async predict(model, inputs, size) {
      return evaluate(model, inputs, size, 1, (x, params) =>
        outputsOf(evaluateUnits(x, params, model.spec), params, model.spec),
      );
    },
    async units(model, inputs, size) {
      return evaluate(model, inputs, size, model.spec.experts, (x, params) =>
        unitOutputs(evaluateUnits(x, params, model.spec)),
      );
    },
    async lossAndGradient(model, batch) {
      return differentiate(model, batch);
    },
    async lossAndMoments(model, batch) {
      const { experts: m } = model.spec;
      const moments = zeros([2 * m, 2 * m]);
      return { ...differentiate(model, batch, moments), moments };
    },
    dispose() {
      disposed = true;
    },
  };
}

function pointsOf(inputs: Inputs, start: number, rows: number, d: number): Tensor {
  return tensor(Float32Array.from(inputs.subarray(start * d, (start + rows) * d)), [rows, d]);
}

function tensorsOf({ spec, params }: MoE): ParamTensors {
  const tensors = Object.values(parameterLayout(spec)).map(({ name, shape }) => [
    name,
    tensor(Float32Array.from(param(params, name).data), [...shape]),
  ]);
  return Object.fromEntries(tensors);
}

function hostCopy(array: Tensor): NDArray {
  const data = new Float64Array(sizeOf(array.shape));
  data.set(array.dataSync<'float32'>());
  return { shape: [...array.shape], data };
}

/** The result of `work`, which holds no tensor; all tensors made in it are disposed of. */
function inTidy<T>(work: () => T): T {
  const results: T[] = [];
  tidy(() => {
    results.push(work());
  });
  return results[0]!;
}

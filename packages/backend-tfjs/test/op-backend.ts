import type { Backend } from '@softmoe/backend';
import {
  checkInputs,
  type MoE,
  makeParams,
  type NDArray,
  ndarray,
  type ParameterName,
  param,
} from '@softmoe/model';
import * as tf from '@tensorflow/tfjs-core';
import { type SoftMoEParams, softMoE } from '../src/index.ts';

/** The op as a backend, so that the conformance suite can test it: units are those of `base`. */
export function opBackend(base: Backend): Backend {
  return {
    info: { ...base.info, name: `softMoE on ${base.info.name}` },
    async predict(model, inputs, size) {
      checkInputs(inputs, size, model.spec.inputDim, 'inputs');
      const x = () => tf.tensor2d(Float32Array.from(inputs), [size, model.spec.inputDim]);
      const outputs = tf.tidy(() => softMoE(x(), tensors(model), model.spec));
      return take(outputs).data;
    },
    units: (model, inputs, size) => base.units(model, inputs, size),
    async lossAndGradient(model, { inputs, targets, size }) {
      checkInputs(inputs, size, model.spec.inputDim, 'inputs');
      checkInputs(targets, size, 1, 'targets');
      const residuals = await this.predict(model, inputs, size);
      for (let s = 0; s < size; s++) residuals[s] = residuals[s]! - targets[s]!;
      const gradients = tf.tidy(() => {
        const x = tf.tensor2d(Float32Array.from(inputs), [size, model.spec.inputDim]);
        const names = Object.keys(tensors(model));
        const f = (...values: tf.Tensor[]) => {
          const params = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
          return softMoE(x, params as unknown as SoftMoEParams, model.spec);
        };
        const dy = tf.tensor1d(Float32Array.from(residuals, (r) => r / size));
        const values = tf.grads(f)(Object.values(tensors(model)), dy);
        return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
      });
      const squares = residuals.reduce((sum, r) => sum + r * r, 0);
      const gradient = makeParams(model.spec, ({ name }) => take(gradients[name]!));
      return { loss: squares / (2 * size), gradient };
    },
    dispose: () => {},
  };
}

export function tensors({ spec, params }: MoE): SoftMoEParams {
  const of = (name: ParameterName) => Float32Array.from(param(params, name).data);
  const shape: [number, number] = [spec.experts, spec.inputDim];
  return {
    router: tf.tensor2d(of('router'), shape),
    expert: tf.tensor2d(of('expert'), shape),
    amplitude: tf.tensor1d(of('amplitude')),
    ...(spec.routing === 'softmax' ? { routerBias: tf.tensor1d(of('routerBias')) } : {}),
  };
}

/** A copy on the host, and the tensor is gone. */
function take(tensor: tf.Tensor): NDArray {
  const copy = ndarray(tensor.shape, tensor.dataSync());
  tensor.dispose();
  return copy;
}

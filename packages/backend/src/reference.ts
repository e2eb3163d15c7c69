import { forward, lossAndGradient, units } from '@softmoe/model';
import { lossAndMoments } from '@softmoe/model/linalg';
import type { Backend } from './backend.ts';

/**
 * The float64 backend in plain JavaScript: the forward pass and gradient of `@softmoe/model` as they stand. It runs
 * everywhere, holds nothing, and is what other backends are measured against. It has neither `onlineStep` nor
 * `spanStep`: those are made of the others.
 */
export function createReferenceBackend(): Backend {
  return {
    info: {
      name: 'reference',
      precision: 'float64',
      simd: 'none',
      threads: 1,
      kernels: 'composed',
    },
    async predict(model, inputs, size) {
      return forward(model, inputs, size);
    },
    async units(model, inputs, size) {
      return units(model, inputs, size);
    },
    async lossAndGradient(model, { inputs, targets, size }) {
      return lossAndGradient(model, inputs, targets, size);
    },
    async lossAndMoments(model, { inputs, targets, size }) {
      return lossAndMoments(model, inputs, targets, size);
    },
    dispose() {},
  };
}

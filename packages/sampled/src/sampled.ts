import type { Backend } from '@softmoe/backend';
import type { Estimator, Points } from '@softmoe/model';
import { requireFunction } from '@softmoe/model/checks';
import { paced, projectTangent } from '@softmoe/model/linalg';
import { curvatureSteps } from './curvature.ts';
import { sampleGram } from './moments.ts';
import { type Source, samplePoints, sourceOf } from './source.ts';

/**
 * The estimator that averages over points: the loss and gradient on a batch a step, Gram data over a sample, both by
 * `backend`, and the curvature of the loss on that sample, in float64. `source` is one of `freshBatches`, `shuffledBatches` and
 * `fixedSample`, or the points of a fixed sample. Works for every gate, expert and routing. Throws a typed error for what is
 * no source or backend.
 */
export function sampled(source: Source | Points, backend: Backend): Estimator {
  requireFunction('backend.lossAndGradient', backend?.lossAndGradient);
  const from = sourceOf(source);
  let curvatureOf: ReturnType<typeof curvatureSteps> | undefined;
  return {
    exact: false,
    objective: {
      async evaluate(model, step) {
        const { loss, gradient } = await from.batch(backend, model, step);
        return { loss, gradient: projectTangent(model, gradient) };
      },
    },
    gram: (model) => sampleGram(model, from, backend),
    async curvature(model, watch) {
      curvatureOf ??= curvatureSteps(samplePoints(from));
      return paced('curvature', curvatureOf(model), watch);
    },
  };
}

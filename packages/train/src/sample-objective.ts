import {
  type ExactObjective,
  lossAndGradient,
  projectTangent,
  requireInteger,
  requireObject,
} from '@softmoe/model';
import type { Dataset } from '@softmoe/teacher';

/**
 * The loss on all points of one fixed sample, docs/theory.md (38), in float64: the same at every step. A teacher that
 * labelled the points without noise is a minimum of zero loss, as of the population loss; away from it the two differ by
 * the error of sampling. Throws a typed error for what is no sample.
 */
export function sampleObjective(sample: Dataset): ExactObjective {
  requireObject('sample', sample, ['inputs', 'targets', 'size']);
  const { inputs, targets, size } = sample;
  requireInteger('sample.size', size, 1);
  return {
    async evaluate(model) {
      const { loss, gradient } = lossAndGradient(model, inputs, targets, size);
      return { loss, gradient: projectTangent(model, gradient) };
    },
  };
}

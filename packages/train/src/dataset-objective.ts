import type { Backend } from '@softmoe/backend';
import {
  type Objective,
  projectTangent,
  requireFunction,
  requireInteger,
  requireKeys,
  requireObject,
} from '@softmoe/model';
import { batchOf, type Dataset } from '@softmoe/teacher';

export interface DatasetObjectiveOptions {
  /** Points of each step, at most the size of the data set. */
  readonly batchSize: number;
  /** Of the order in which the points are visited. */
  readonly seed: number;
}

/**
 * The loss on a batch of a fixed data set, which is shuffled anew each epoch. The batch is a function of seed and step
 * alone. Throws a typed error for options out of range or unknown.
 */
export function datasetObjective(
  dataset: Dataset,
  backend: Backend,
  options: DatasetObjectiveOptions,
): Objective {
  requireObject('dataset', dataset, ['inputs', 'targets', 'size']);
  requireFunction('backend.lossAndGradient', backend?.lossAndGradient);
  requireKeys('options', options, ['batchSize', 'seed']);
  const { batchSize, seed } = options;
  requireInteger('batchSize', batchSize, 1, dataset.size);
  requireInteger('seed', seed, 0);
  return {
    async evaluate(model, step) {
      const batch = batchOf(dataset, { seed, batchSize, step });
      const { loss, gradient } = await backend.lossAndGradient(model, batch);
      return { loss, gradient: projectTangent(model, gradient) };
    },
  };
}

import type { Backend } from '@softmoe/backend';
import {
  type MoE,
  type Objective,
  projectTangent,
  requireFinite,
  requireFunction,
  requireInteger,
  requireKeys,
  requireModel,
  requireSameFrame,
} from '@softmoe/model';
import { sampleBatch } from '@softmoe/teacher';

export interface OnlineOptions {
  /** Fresh points drawn for each step. */
  readonly batchSize: number;
  readonly seed: number;
  /** Name of the stream of points, 'train' by default. */
  readonly stream?: string;
  /** Standard deviation of the label noise, 0 by default. */
  readonly noise?: number;
}

/**
 * The loss on a fresh batch of the teacher's function each step, docs/theory.md (20): unbiased for the population loss
 * (plus half the noise variance) and its gradient. The batch is a function of seed, stream and step alone. Uses the
 * backend's fused `onlineStep` where it has one. Throws a typed error for options out of range or unknown.
 */
export function onlineObjective(teacher: MoE, backend: Backend, options: OnlineOptions): Objective {
  requireModel('teacher', teacher);
  requireFunction('backend.lossAndGradient', backend?.lossAndGradient);
  requireKeys('options', options, ['batchSize', 'seed', 'stream', 'noise']);
  const { batchSize: size, seed, stream = 'train', noise = 0 } = options;
  requireInteger('batchSize', size, 1);
  requireInteger('seed', seed, 0);
  requireFinite('noise', noise, 0);
  return {
    async evaluate(model, step) {
      requireSameFrame('model', model, teacher);
      const draw = { seed, stream, step, size, noise };
      const { loss, gradient } = backend.onlineStep
        ? await backend.onlineStep(model, teacher, draw)
        : await backend.lossAndGradient(model, sampleBatch(teacher, draw));
      return { loss, gradient: projectTangent(model, gradient) };
    },
  };
}

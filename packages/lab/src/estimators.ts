import { type Backend, createReferenceBackend } from '@softmoe/backend';
import { type Estimator, type MoE, UnsupportedError } from '@softmoe/model';
import { hasOwnGates } from '@softmoe/model/checks';
import { population } from '@softmoe/population';
import { candidateGram, freshBatches, sampled } from '@softmoe/sampled';
import { createDataset } from '@softmoe/teacher';
import type { Config } from './config.ts';
import { hasClosedForm } from './own-parts.ts';
import type { FinetuneStage } from './record-schema.ts';

type EstimatorOf = (teacher: MoE) => Estimator;

/** What each phase of an experiment estimates the loss by, in the coordinates of the teacher that it is given. */
export interface Estimators {
  readonly train: EstimatorOf;
  /** Gram data, the same for the same units every time. */
  readonly prune: (teacher: MoE) => Pick<Estimator, 'gram'>;
  /** Relative error of the Gram data: that of the arithmetic. */
  readonly gramNoise: number;
  /** Fine-tuning on fresh batches of inputs; online engine only. */
  readonly refine: EstimatorOf | undefined;
  readonly finetune: EstimatorOf;
}

/** Fresh samples from which the sampling engines estimate the Gram data that pruning needs: once or twice, */
const GRAM_SAMPLES = 65_536;
/** or for each of the many candidates among which pruning chooses where units share their gates. */
const CANDIDATE_SAMPLES = 16_384;
/** Of them these many are computed at a time. */
const GRAM_BATCH = 4096;

/** What float32 arithmetic adds to entries of the Gram data, relative to them. */
const FLOAT32_NOISE = 1e-6;

/**
 * Exact or from points: the one place where that is chosen. The exact engine has the population's for all phases; the others
 * learn from fresh batches and prune by a sample of their own, on `backend`. The last stage of fine-tuning is exact wherever there
 * is a closed form. Throws `UnsupportedError` where an engine has no backend to compute on.
 */
export function estimatorsOf(config: Config, backend: Backend | undefined): Estimators {
  const { variant = 'float64' } = config;
  const exact: EstimatorOf = (teacher) => population(teacher, { variant });
  const finetune = finetuneStageOf(config) === 'exact' ? exact : onFixedSample(config);
  if (config.engine === 'exact') {
    return { train: exact, prune: exact, gramNoise: 0, refine: undefined, finetune };
  }
  const on = requireBackend(backend, config.engine);
  const { seed, train, routing } = config;
  const fresh =
    (stream: string): EstimatorOf =>
    (teacher) => {
      const { batchSize, noise, sampling } = train;
      return sampled(freshBatches(teacher, { batchSize, seed, stream, noise, sampling }), on);
    };
  const moments = { batchSize: GRAM_BATCH, seed, stream: 'prune' };
  const own = hasOwnGates(routing);
  return {
    train: fresh('train'),
    prune: (teacher) =>
      own
        ? sampled(freshBatches(teacher, { ...moments, sampleSize: GRAM_SAMPLES }), on)
        : {
            gram: candidateGram(
              freshBatches(teacher, { ...moments, sampleSize: CANDIDATE_SAMPLES }),
            ),
          },
    gramNoise: own && on.info.precision === 'float32' ? FLOAT32_NOISE : 0,
    refine: config.engine === 'online' ? fresh('finetune') : undefined,
    finetune,
  };
}

/** The last stage of fine-tuning: on the exact loss, or on a fixed sample where that has no closed form. */
export function finetuneStageOf(
  config: Pick<Config, 'routing' | 'gate' | 'expert'>,
): Exclude<FinetuneStage, 'online'> {
  return hasClosedForm(config) ? 'exact' : 'sample';
}

/**
 * The loss on one sample, drawn in span coordinates, in float64: noise-free labels make the teacher its minimum of zero loss
 * as well, docs/theory.md (38).
 */
function onFixedSample({ seed, finetune }: Config): EstimatorOf {
  const draw = { seed, size: finetune.sampleSize, stream: 'finetune/sample' };
  return (teacher) => sampled(createDataset(teacher, draw), createReferenceBackend());
}

function requireBackend(backend: Backend | undefined, engine: Config['engine']): Backend {
  if (backend) return backend;
  throw new UnsupportedError('needs a backend to compute on', {
    field: 'engine',
    value: engine,
    remedy:
      'Pass { backend: createReferenceBackend() } of @softmoe/backend, or use the exact engine where there is a closed form.',
  });
}

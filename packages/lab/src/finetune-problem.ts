import { createReferenceBackend } from '@softmoe/backend';
import { type Certificate, certify, spectrumEnds } from '@softmoe/certify';
import { descentStep, gradientDescent, levenbergMarquardt } from '@softmoe/finetune';
import { type Estimator, type MoE, toSpan } from '@softmoe/model';
import { hasClosedForm, population } from '@softmoe/population';
import { sampled } from '@softmoe/sampled';
import { createDataset } from '@softmoe/teacher';
import {
  type Stepper,
  type Trailed,
  type TrainState,
  trailOf,
  withoutTrail,
  withTrail,
} from '@softmoe/train';
import type { Config } from './config.ts';
import type { FinetuneStage } from './record-line.ts';

/** The fine-tuning of a pruned student in float64, in the coordinates of its own span. */
export interface FinetuneProblem {
  /** On the exact loss, or on a fixed sample where that has no closed form. */
  readonly stage: Exclude<FinetuneStage, 'online'>;
  readonly teacher: MoE;
  readonly student: MoE;
  readonly stepper: Stepper<Trailed<unknown>>;
  /** What is known of the state that the stepper ended at. */
  certify(state: TrainState): Promise<Certificate>;
  lift(model: MoE): MoE;
}

type FinetuneConfig = Pick<Config, 'seed' | 'inputDim' | 'finetune'>;

/** The last stage of fine-tuning. */
export function createFinetuneProblem(
  pruned: MoE,
  teacher: MoE,
  config: FinetuneConfig,
): FinetuneProblem {
  const span = toSpan(pruned, teacher);
  const estimator = estimatorOf(span.teacher, config);
  const descends = config.finetune.method === 'gradientDescent';
  const stepper = descends
    ? gradientDescent({ objective: estimator.objective, spectrum: spectrumEnds(estimator) })
    : levenbergMarquardt(estimator);
  return {
    ...span,
    stage: estimator.exact ? 'exact' : 'sample',
    stepper: withTrail<unknown>(stepper),
    certify: (state) =>
      certify(state.model, estimator, {
        target: span.teacher,
        inputDim: config.inputDim,
        trail: trailOf(state),
        ...(descends ? descentStep(withoutTrail(state)) : {}),
      }),
  };
}

/**
 * Exact where there is a closed form. Without one the loss on one sample, drawn in span coordinates, takes the place of the
 * population's: noise-free labels make the teacher its minimum of zero loss as well, docs/theory.md (38).
 */
function estimatorOf(teacher: MoE, { seed, finetune }: FinetuneConfig): Estimator {
  if (hasClosedForm(teacher.spec)) return population(teacher);
  const sample = { seed, size: finetune.sampleSize, stream: 'finetune/sample' };
  return sampled(createDataset(teacher, sample), createReferenceBackend());
}

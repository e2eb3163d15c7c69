import { createReferenceBackend } from '@softmoe/backend';
import type { CurvatureOf } from '@softmoe/finetune';
import { type MoE, type Objective, toSpan } from '@softmoe/model';
import { hasClosedForm, populationCurvature, populationObjective } from '@softmoe/population';
import { sampled } from '@softmoe/sampled';
import { createDataset } from '@softmoe/teacher';
import type { Config } from './config.ts';
import type { FinetuneStage } from './record-line.ts';

/** The fine-tuning of a pruned student in float64, in the coordinates of its own span. */
export interface FinetuneProblem {
  /** On the exact loss, or on a fixed sample where that has no closed form. */
  readonly stage: Exclude<FinetuneStage, 'online'>;
  readonly teacher: MoE;
  readonly student: MoE;
  readonly objective: Objective;
  readonly curvature: CurvatureOf;
  lift(model: MoE): MoE;
}

/**
 * The last stage of fine-tuning. Without a closed form the loss on one sample, drawn in span coordinates, takes the place
 * of the population's: noise-free labels make the teacher its minimum of zero loss as well, docs/theory.md (38).
 */
export function createFinetuneProblem(
  pruned: MoE,
  teacher: MoE,
  { seed, finetune }: Pick<Config, 'seed' | 'finetune'>,
): FinetuneProblem {
  const span = toSpan(pruned, teacher);
  if (hasClosedForm(teacher.spec)) {
    return {
      ...span,
      stage: 'exact',
      objective: populationObjective(span.teacher),
      curvature: (model) => populationCurvature(model, span.teacher),
    };
  }
  const sample = createDataset(span.teacher, {
    seed,
    size: finetune.sampleSize,
    stream: 'finetune/sample',
  });
  const { objective, curvature } = sampled(sample, createReferenceBackend());
  return { ...span, stage: 'sample', objective, curvature };
}

import type { CurvatureOf } from '@softmoe/finetune';
import { type MoE, type Objective, toSpan } from '@softmoe/model';
import type { Config } from './config.ts';
import { type Estimators, finetuneStageOf } from './estimators.ts';
import type { FinetuneStage } from './record-schema.ts';

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

/** The last stage of fine-tuning. */
export function createFinetuneProblem(
  pruned: MoE,
  teacher: MoE,
  config: Config,
  { finetune }: Estimators,
): FinetuneProblem {
  const span = toSpan(pruned, teacher);
  const { objective, curvature } = finetune(span.teacher);
  return { ...span, stage: finetuneStageOf(config), objective, curvature };
}

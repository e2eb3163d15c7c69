import { type Certificate, certify, spectrumEnds } from '@softmoe/certify';
import { descentStep, gradientDescent, levenbergMarquardt } from '@softmoe/finetune';
import { type Estimator, type MoE, toSpan, type Watch } from '@softmoe/model';
import { entry } from '@softmoe/model/linalg';
import {
  type Stepper,
  type Trailed,
  type TrainState,
  trailOf,
  withoutTrail,
  withTrail,
} from '@softmoe/train';
import type { Config } from './config.ts';
import { type Estimators, finetuneStageOf } from './estimators.ts';
import type { FinetuneStage } from './record-schema.ts';

/** The fine-tuning of a pruned student in float64, in the coordinates of its own span. */
export interface FinetuneProblem {
  /** On the exact loss, or on a fixed sample where that has no closed form. */
  readonly stage: Exclude<FinetuneStage, 'online'>;
  readonly teacher: MoE;
  readonly student: MoE;
  readonly stepper: Stepper<Trailed<unknown>>;
  /** Share of each teacher expert in the null loss, ½ a² E u² / ½ E y², [k]. */
  shares(): Promise<number[]>;
  /** What is known of the state that the stepper ended at. Throws the reason of the signal once that has aborted. */
  certify(state: TrainState, watch: Watch): Promise<Certificate>;
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
  const estimator = finetune(span.teacher);
  const descends = config.finetune.method === 'gradientDescent';
  const stepper = descends
    ? gradientDescent({ objective: estimator.objective, spectrum: spectrumEnds(estimator) })
    : levenbergMarquardt(estimator);
  return {
    ...span,
    stage: finetuneStageOf(config),
    stepper: withTrail<unknown>(stepper),
    shares: () => sharesOf(span.teacher, estimator),
    certify: (state, watch) =>
      certify(state.model, estimator, {
        target: span.teacher,
        // The rows as they are: those in span coordinates differ from them by rounding, and a theorem is about what it says.
        proof: { subject: { student: span.lift(state.model), teacher, start: pruned } },
        inputDim: config.inputDim,
        trail: trailOf(state),
        ...watch,
        ...(descends ? descentStep(withoutTrail(state)) : {}),
      }),
  };
}

async function sharesOf(teacher: MoE, estimator: Estimator): Promise<number[]> {
  const { students, target } = await estimator.gram(teacher);
  const { data } = teacher.params.amplitude;
  return Array.from(data, (a, j) => (a ** 2 * entry(students, j, j)) / target);
}

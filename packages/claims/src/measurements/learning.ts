import {
  type ConfigInput,
  createExperiment,
  type Milestones,
  parseConfig,
  RECOVERED,
} from '@softmoe/lab';
import { type ExperimentFunction, thisMachine } from '@softmoe/runs';

/** The input of task `claim/learning`. */
export interface LearningInput {
  readonly config: ConfigInput;
  /** Ends learning at the first record at which every expert and router of the teacher is found. */
  readonly stopWhenRecovered: boolean;
}

/** Where the learning phase of an experiment ended, before any pruning. */
export interface Learned {
  /** Overlaps of the teacher's experts and routers with the students matched to them. */
  readonly expert: readonly number[];
  readonly router: readonly number[];
  readonly loss: { readonly start: number; readonly end: number };
  readonly milestones: Milestones;
  /** Flow time at which it ended. */
  readonly time: number;
  readonly steps: number;
}

/** Learning alone, of any config: task `claim/learning`. Engines that sample compute on `wasm-simd`. */
export const learning: ExperimentFunction<LearningInput, Learned> = async (input, context) => {
  const config = parseConfig(input.config);
  const backend =
    config.engine === 'exact' ? {} : { backend: await context.services.openBackend('wasm-simd') };
  const experiment = createExperiment(config, { ...backend, machine: thisMachine() });
  let start: number | undefined;
  for (;;) {
    const event = (await experiment.next(context.signal))!;
    if (event.phase !== 'train') throw new Error('learning ended without its last record');
    const { loss, time, step, alignment } = event.record;
    start ??= loss;
    const { expert, router } = alignment!;
    const early = input.stopWhenRecovered && isRecovered({ expert, router });
    if (time < config.train.time && !early) continue;
    return {
      expert,
      router,
      loss: { start, end: loss },
      milestones: experiment.milestones,
      time,
      steps: step,
    };
  }
};

/** Whether every expert and every router of the teacher was found. */
export function isRecovered({ expert, router }: Pick<Learned, 'expert' | 'router'>): boolean {
  return [...expert, ...router].every((overlap) => overlap >= RECOVERED);
}

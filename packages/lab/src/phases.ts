import { type Landscape, landscapeSteps } from '@softmoe/certify';
import type { MoE, Watch } from '@softmoe/model';
import { breather, paced } from '@softmoe/model/linalg';
import { type Pruned, prune } from '@softmoe/prune';
import { recordOf, type TrainRecord, type TrainState } from '@softmoe/train';
import type { Config } from './config.ts';
import { createFinetuneProblem } from './finetune-problem.ts';
import { follow, interruptible, timed } from './follow.ts';
import type { Problem } from './problem.ts';
import { type Progress, snapshotOf } from './progress.ts';
import type { FinetuneStage } from './record-schema.ts';
import { type ExperimentResult, type Findings, resultOf } from './result.ts';
import { requireTuningFits } from './size-limits.ts';
import { InterruptedError } from './snapshot.ts';

/**
 * What one call of `next` brought forth. Records are in working coordinates, and so is the `teacher` beside them;
 * `model` is in the coordinates of the inputs.
 */
export type ExperimentEvent =
  | {
      readonly phase: 'train';
      readonly record: TrainRecord;
      readonly teacher: MoE;
      /** Where the config asks for spectra. */
      readonly landscape?: Landscape;
    }
  | { readonly phase: 'prune'; readonly pruned: Pruned; readonly model: MoE }
  | {
      readonly phase: 'finetune';
      readonly stage: FinetuneStage;
      readonly record: TrainRecord;
      readonly teacher: MoE;
    }
  | { readonly phase: 'done'; readonly result: ExperimentResult };

type Events<End> = AsyncGenerator<ExperimentEvent, End, void>;

/** What stops the phases, and hears of what they do between events. */
export interface PhaseWatch extends Watch {
  readonly signal: AbortSignal;
}

/** Steps of fine-tuning between records. */
const FINETUNE_RECORD_EVERY = 10;

/** Goes on from `progress` through all phases that are left, keeping it up to date, and ends with the result. */
export async function* runPhases(
  progress: Progress,
  problem: Problem,
  setupSeconds: number,
  watch: PhaseWatch,
): Events<undefined> {
  if (progress.phase === 'train') yield* training(progress, problem, watch);
  const trained = progress.trained!;
  const { pruned, model } = await pruning(progress, problem, watch);
  if (progress.phase === 'prune') {
    progress.phase = 'finetune';
    yield { phase: 'prune', pruned, model };
  }
  const refined = yield* refining(model, progress, problem, watch);
  const { final, certificate, shares } = yield* finetuning(
    refined ?? model,
    progress,
    problem,
    watch,
  );
  progress.phase = 'done';
  const result = resultOf({
    config: progress.config,
    backend: progress.backend,
    start: { loss: progress.startLoss! },
    trained: { record: recordOf(trained, problem.working.teacher) },
    pruned,
    refined: progress.refined,
    certificate,
    shares,
    finetuneSteps: progress.finetuned!.step,
    milestones: progress.pairs.milestones,
    timing: progress.timing,
    setupSeconds,
    models: {
      teacher: problem.teacher,
      trained: problem.lift(trained.model),
      pruned: model,
      ...(refined ? { refined } : {}),
      final,
    },
  });
  yield { phase: 'done', result };
  return undefined;
}

async function* training(progress: Progress, problem: Problem, watch: PhaseWatch): Events<void> {
  const { working, stepper, lift } = problem;
  const { time, recordEvery, spectrum } = progress.config.train;
  const landscapeAt = spectrum ? landscapesOf(progress.config, problem, watch) : undefined;
  let landscape: Landscape | undefined;
  const keep = (state: TrainState) => {
    progress.trained = state;
    progress.student = () => lift(state.model);
  };
  const options = {
    start: progress.trained ?? working.student,
    until: { time },
    record: { teacher: working.teacher, everyTime: recordEvery },
    ...watch,
  };
  const records = follow(progress, 'train', keep, stepper, options, async ({ state }) => {
    landscape = await interruptible(progress, watch, async () => landscapeAt?.(state.model));
  });
  for await (const record of records) {
    progress.startLoss ??= record.loss;
    progress.pairs.add(record);
    if (record.time >= time) progress.phase = 'prune';
    yield {
      phase: 'train',
      record,
      teacher: working.teacher,
      ...(landscape ? { landscape } : {}),
    };
  }
  progress.phase = 'prune';
}

/** Tells the landscape at models in working coordinates: the exact loss is that of the directions outside them, too. */
function landscapesOf(
  { inputDim }: Config,
  { estimators, working }: Problem,
  watch: PhaseWatch,
): (model: MoE) => Promise<Landscape> {
  const { curvature } = estimators.finetune(working.teacher);
  const hidden = inputDim - working.teacher.spec.inputDim;
  return async (model) => {
    const steps = landscapeSteps(await curvature(model, watch), working.teacher, { hidden });
    return paced('spectrum', steps, watch);
  };
}

/** A function of the trained student alone: an experiment restored later prunes again, to the same result. */
async function pruning(
  progress: Progress,
  { pruningOf, estimators, lift }: Problem,
  { signal }: PhaseWatch,
): Promise<{ pruned: Pruned; model: MoE }> {
  const { prune: rule } = progress.config;
  progress.timing.prune = 0;
  const pruning = pruningOf(progress.trained!.model);
  const breathe = breather();
  const gramOrStop = async (model: MoE) => {
    await breathe();
    if (signal.aborted) throw new InterruptedError(snapshotOf(progress));
    return pruning.gramOf(model);
  };
  return timed(progress, 'prune', async () => {
    const sizeRule = rule.rule === 'cliff' ? 'cliff' : rule;
    const found = await prune(pruning.student, gramOrStop, sizeRule, {
      noise: estimators.gramNoise,
    });
    const pruned = { ...found, model: pruning.lift(found.model) };
    const model = lift(pruned.model);
    progress.student = () => model;
    return { pruned, model };
  });
}

/** Gradient descent on fresh samples, as far as the backend's precision goes; online engine only. */
async function* refining(
  pruned: MoE,
  progress: Progress,
  { refiner, teacher }: Problem,
  watch: PhaseWatch,
): Events<MoE | undefined> {
  if (!refiner) return undefined;
  const keep = (state: TrainState) => {
    progress.refined = state;
    progress.student = () => state.model;
  };
  const records = follow(progress, 'finetune', keep, refiner, {
    start: progress.refined ?? pruned,
    until: { steps: progress.config.finetune.onlineSteps },
    record: { teacher, every: FINETUNE_RECORD_EVERY },
    ...watch,
  });
  for await (const record of records) {
    yield { phase: 'finetune', stage: 'online', record, teacher };
  }
  return progress.refined!.model;
}

async function* finetuning(
  from: MoE,
  progress: Progress,
  problem: Problem,
  watch: PhaseWatch,
): Events<Pick<Findings, 'certificate' | 'shares'> & { readonly final: MoE }> {
  const { config } = progress;
  requireTuningFits(config, problem.machine, from.spec.experts);
  const tuning = createFinetuneProblem(from, problem.teacher, config, problem.estimators);
  const { stage, teacher, student, stepper, lift } = tuning;
  const keep = (state: TrainState) => {
    progress.finetuned = state;
    progress.student = () => lift(state.model);
  };
  const records = follow(progress, 'finetune', keep, stepper, {
    start: progress.finetuned ?? student,
    until: { steps: config.finetune.maxSteps },
    record: { teacher, every: FINETUNE_RECORD_EVERY },
    ...watch,
  });
  for await (const record of records) yield { phase: 'finetune', stage, record, teacher };
  const state = progress.finetuned!;
  const certificate = await timed(progress, 'finetune', () =>
    interruptible(progress, watch, () => tuning.certify(state, watch)),
  );
  const shares = await timed(progress, 'finetune', () => tuning.shares());
  return { final: lift(state.model), certificate, shares };
}

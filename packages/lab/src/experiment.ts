import type { Backend } from '@softmoe/backend';
import { type Certificate, finetune } from '@softmoe/finetune';
import { loadMoE, type MoE, saveMoE } from '@softmoe/model';
import { populationCurvature } from '@softmoe/population';
import { type Pruned, prune, type SizeRule } from '@softmoe/prune';
import {
  loadState,
  recordOf,
  saveState,
  type TrainRecord,
  type TrainState,
  train,
} from '@softmoe/train';
import { type Config, type ConfigInput, parseConfig } from './config.ts';
import { PhaseError, SnapshotError } from './errors.ts';
import { type Milestones, MilestoneTracker } from './milestones.ts';
import { createFinetuneProblem, createProblem } from './problem.ts';
import { type ExperimentResult, resultOf } from './result.ts';

export type Phase = 'train' | 'prune' | 'finetune' | 'done';

/** Steps of fine-tuning between records. */
const FINETUNE_RECORD_EVERY = 10;

/**
 * What one call of `next` brought forth. Records are in working coordinates, and so is the `teacher` beside them;
 * `model` is in the coordinates of the inputs.
 */
export type ExperimentEvent =
  | { readonly phase: 'train'; readonly record: TrainRecord; readonly teacher: MoE }
  | { readonly phase: 'prune'; readonly pruned: Pruned; readonly model: MoE }
  | { readonly phase: 'finetune'; readonly record: TrainRecord; readonly teacher: MoE }
  | { readonly phase: 'done'; readonly result: ExperimentResult };

/** Everything that an experiment needs to go on elsewhere: survives `structuredClone` and `postMessage`. */
export interface Snapshot {
  readonly version: 1;
  readonly config: Config;
  readonly phase: Phase;
  readonly startLoss: number | undefined;
  readonly milestones: MilestoneTracker['state'];
  readonly timing: { train: number; prune: number; finetune: number };
  /** The file of the student that the experiment was given to start from, if it was. */
  readonly student?: Uint8Array | undefined;
  /** The last state of training, from its first record on. */
  readonly trained: Uint8Array | undefined;
  /** The state of fine-tuning, from its first record on. */
  readonly finetuned: Uint8Array | undefined;
}

/** An experiment at rest between two events: call `next` to advance it, or don't, to pause it. */
export interface Experiment {
  /** The config of this very run: `prune` and `finetune` change it so that it gives the same run again. */
  readonly config: Config;
  /** The phase that the next event belongs to. */
  readonly phase: Phase;
  /** The times of training so far at which experts and routers aligned. */
  readonly milestones: Milestones;
  /** The student as it is now, in the coordinates of the inputs. */
  readonly student: MoE;
  /** Advances to the next record or phase; undefined once the result has been returned. */
  next(): Promise<ExperimentEvent | undefined>;
  /**
   * Ends training at its last record, or goes back to there: the next event is the pruning, by `rule` or else by the
   * config's. Throws {@link PhaseError} before the flow has moved, and while `next` is under way.
   */
  prune(rule?: Config['prune']): void;
  /**
   * Goes back to the pruned student, or on to it: the next event is the first of fine-tuning by `method` or else by the
   * config's. Throws {@link PhaseError} while training, and while `next` is under way.
   */
  finetune(method?: Config['finetune']['method']): void;
  /** May be taken between any two events. */
  snapshot(): Snapshot;
}

export interface ExperimentOptions {
  /** What the online engine computes on. */
  readonly backend?: Backend;
  /** Where training starts, in place of a student drawn from the seed; of the config's dimension, gate and expert. */
  readonly student?: MoE;
}

/** An experiment at its start. Throws `ConfigError` and what `createTeacher` and `createStudent` throw. */
export function createExperiment(config: ConfigInput, options: ExperimentOptions = {}): Experiment {
  return start(parseConfig(config), options, undefined);
}

/** The experiment of a snapshot; it goes on bit for bit as the one that the snapshot was taken of. */
export function restoreExperiment(snapshot: Snapshot, options: ExperimentOptions = {}): Experiment {
  if (snapshot.version !== 1) {
    throw new SnapshotError('is of another version', {
      field: 'snapshot.version',
      value: snapshot.version,
      remedy:
        'Continue it with the version of softmoe that made it, or start again from its config.',
    });
  }
  return start(parseConfig(snapshot.config), options, snapshot);
}

function start(
  given: Config,
  { backend, student }: ExperimentOptions,
  resumed: Snapshot | undefined,
): Experiment {
  const begun = performance.now();
  let config = given;
  const imported = resumed?.student ? loadMoE(resumed.student) : student;
  const problem = createProblem(config, backend, imported);
  const setupSeconds = (performance.now() - begun) / 1000;
  const timing = { ...(resumed?.timing ?? { train: 0, prune: 0, finetune: 0 }) };
  const milestones = new MilestoneTracker(config.teachers, resumed?.milestones);
  let phase: Phase = resumed?.phase ?? 'train';
  let startLoss = resumed?.startLoss;
  let trained: TrainState | undefined = resumed?.trained && loadState(resumed.trained);
  let finetuned: TrainState | undefined = resumed?.finetuned && loadState(resumed.finetuned);
  let current = () => problem.lift(trained?.model ?? problem.working.student);
  let events = run();
  let busy = false;

  async function* run(): AsyncGenerator<ExperimentEvent, undefined, void> {
    if (phase === 'train') yield* training();
    const record = recordOf(trained!, problem.working.teacher);
    const { pruned, model: prunedModel } = await pruning();
    if (phase === 'prune') {
      phase = 'finetune';
      yield { phase: 'prune', pruned, model: prunedModel };
    }
    const end = yield* finetuning(prunedModel);
    phase = 'done';
    const result = resultOf({
      config,
      start: { loss: startLoss! },
      trained: { record },
      pruned,
      certificate: end.certificate,
      finetuneSteps: finetuned!.step,
      milestones: milestones.milestones,
      timing,
      setupSeconds,
      models: {
        teacher: problem.teacher,
        trained: problem.lift(trained!.model),
        pruned: prunedModel,
        final: end.model,
      },
    });
    yield { phase: 'done', result };
    return undefined;
  }

  async function* training(): AsyncGenerator<ExperimentEvent, void, void> {
    const { time, recordEvery } = config.train;
    const { working, stepper } = problem;
    const records = train({
      ...(trained ? { resume: trained } : { model: working.student }),
      stepper,
      teacher: working.teacher,
      stop: { time },
      recordEveryTime: recordEvery,
    });
    for (;;) {
      const { value, done } = await timed('train', () => records.next());
      if (done) break;
      trained = value.state;
      current = () => problem.lift(value.state.model);
      startLoss ??= value.loss;
      milestones.add(value);
      if (value.time >= time) phase = 'prune';
      yield { phase: 'train', record: value, teacher: working.teacher };
    }
    phase = 'prune';
  }

  /** A function of the trained student alone: an experiment restored later prunes again, to the same result. */
  async function pruning(): Promise<{ pruned: Pruned; model: MoE }> {
    timing.prune = 0;
    return timed('prune', async () => {
      const pruned = await prune(trained!.model, problem.gramOf, sizeRule(config));
      const model = problem.lift(pruned.model);
      current = () => model;
      return { pruned, model };
    });
  }

  async function* finetuning(
    pruned: MoE,
  ): AsyncGenerator<ExperimentEvent, { certificate: Certificate; model: MoE }, void> {
    const { objective, student, teacher, lift } = createFinetuneProblem(pruned, problem.teacher);
    const records = finetune({
      ...(finetuned ? { resume: finetuned } : { model: student }),
      objective,
      curvature: (model) => populationCurvature(model, teacher),
      inputDim: config.inputDim,
      method: config.finetune.method,
      maxSteps: config.finetune.maxSteps,
      target: teacher,
      recordEvery: FINETUNE_RECORD_EVERY,
    });
    for (;;) {
      const { value, done } = await timed('finetune', () => records.next());
      if (done) {
        finetuned = value.state;
        return { certificate: value.certificate, model: lift(value.model) };
      }
      finetuned = value.state;
      current = () => lift(value.state.model);
      yield { phase: 'finetune', record: value, teacher };
    }
  }

  async function timed<T>(during: keyof typeof timing, work: () => Promise<T>): Promise<T> {
    const since = performance.now();
    const result = await work();
    timing[during] += (performance.now() - since) / 1000;
    return result;
  }

  function requireRest(field: string): void {
    if (!busy) return;
    throw new PhaseError('must wait for the event under way', {
      field,
      value: phase,
      remedy: 'Await the promise of next() first.',
    });
  }

  /** On from the trained student, whatever came after it. */
  function goTo(next: 'prune' | 'finetune', changed: Config): void {
    config = parseConfig(changed);
    phase = next;
    finetuned = undefined;
    timing.finetune = 0;
    current = () => problem.lift(trained!.model);
    events = run();
  }

  return {
    get config() {
      return config;
    },
    get phase() {
      return phase;
    },
    get milestones() {
      return milestones.milestones;
    },
    get student() {
      return current();
    },
    async next() {
      if (phase === 'done') return undefined;
      busy = true;
      try {
        return (await events.next()).value;
      } finally {
        busy = false;
      }
    },
    prune(rule = config.prune) {
      requireRest('prune');
      if (!trained || trained.time <= 0) {
        throw new PhaseError('is too early', {
          field: 'prune',
          value: phase,
          remedy: 'Train until the first record after the start.',
        });
      }
      goTo('prune', {
        ...config,
        train: { ...config.train, time: trained.time },
        prune: rule,
      });
    },
    finetune(method = config.finetune.method) {
      requireRest('finetune');
      if (phase === 'train' || phase === 'prune') {
        throw new PhaseError('needs a pruned student', {
          field: 'finetune',
          value: phase,
          remedy: 'Prune first.',
        });
      }
      goTo('finetune', { ...config, finetune: { ...config.finetune, method } });
    },
    snapshot: () => ({
      version: 1,
      config,
      phase,
      startLoss,
      milestones: milestones.state,
      timing: { ...timing },
      ...(imported ? { student: saveMoE(imported) } : {}),
      trained: trained && saveState(trained),
      finetuned: finetuned && saveState(finetuned),
    }),
  };
}

function sizeRule({ prune: rule }: Config): SizeRule {
  return rule.rule === 'cliff' ? 'cliff' : rule;
}

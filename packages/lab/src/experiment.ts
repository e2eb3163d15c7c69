import type { Backend } from '@softmoe/backend';
import type { Expert, Gate, MoE, Watch } from '@softmoe/model';
import { requireModel } from '@softmoe/model/checks';
import { type Config, parseConfig } from './config.ts';
import { PhaseError } from './errors.ts';
import type { Milestones } from './milestones.ts';
import { type CodeConfig, configWithParts, ownPartsIn, unitsOf } from './own-parts.ts';
import { atNormOf, configWithTeacher, ownTeacher, requirePinned } from './own-teacher.ts';
import { type ExperimentEvent, runPhases } from './phases.ts';
import { createProblem } from './problem.ts';
import { createProgress, type Progress, snapshotOf } from './progress.ts';
import { type Machine, requireFits } from './size-limits.ts';
import {
  checkBackend,
  checkSnapshot,
  InterruptedError,
  type Phase,
  type Snapshot,
} from './snapshot.ts';

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
  /**
   * Advances to the next record or phase; undefined once the result has been returned. When `signal` aborts it rejects
   * with an {@link InterruptedError} within a second; nothing is lost, and the next call goes on from there. `onWork` hears of
   * what takes long between two events.
   */
  next(signal?: AbortSignal, onWork?: Watch['onWork']): Promise<ExperimentEvent | undefined>;
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

/** What an experiment may be given beside its config. */
export interface ExperimentOptions {
  /** What the subspace and online engines compute on. */
  readonly backend?: Backend;
  /** What there is to compute on: a config that needs more is refused before anything is allocated. */
  readonly machine?: Machine;
  /** Where training starts, in place of a student drawn from the seed; of the config's dimension, gate and expert. */
  readonly student?: MoE;
  /**
   * A teacher of one's own, in place of one drawn from the seed. It determines dimension, number, gate, expert and routing of the
   * teacher in the config, which must not say otherwise.
   */
  readonly teacher?: MoE;
  /** A gate of one's own, where the config names one: it takes the place of its name. */
  readonly gate?: Gate | undefined;
  /** An expert of one's own, where the config names one: it takes the place of its name. */
  readonly expert?: Expert | undefined;
}

/**
 * An experiment at its start; the gate and the expert of the config may be objects of the user's own. Throws `ConfigError`, `SizeError` for one that the machine cannot hold, what `createTeacher` and
 * `createStudent` throw, and what {@link configWithTeacher} throws where a teacher is given.
 */
export function createExperiment(input: CodeConfig, options: ExperimentOptions = {}): Experiment {
  const { teacher: given, gate, expert } = options;
  if (given !== undefined) requireModel('teacher', given);
  const { config, own } = configWithParts(input, {
    ...(given ? ownPartsIn(given.spec) : {}),
    ...(gate ? { gate } : {}),
    ...(expert ? { expert } : {}),
  });
  if (given === undefined) return start(parseConfig(config), { ...options, ...own }, undefined);
  const completed = parseConfig(configWithTeacher(given, config));
  return start(
    completed,
    { ...options, ...own, teacher: ownTeacher(atNormOf(config, given)) },
    undefined,
  );
}

/**
 * The experiment of a snapshot; it goes on bit for bit as the one that the snapshot was taken of. Throws `SnapshotError`
 * for a damaged snapshot, and for a backend other than that of the run.
 */
export function restoreExperiment(snapshot: Snapshot, options: ExperimentOptions = {}): Experiment {
  checkSnapshot(snapshot);
  const config = parseConfig(snapshot.config);
  if (options.teacher) requirePinned(config, options.teacher);
  return start(config, options, snapshot);
}

function start(
  config: Config,
  { backend, machine, ...given }: ExperimentOptions,
  resumed: Snapshot | undefined,
): Experiment {
  requireFits(config, machine, { fused: backend?.onlineStep !== undefined });
  const begun = performance.now();
  const computesOn = config.engine === 'exact' ? undefined : backend?.info;
  unitsOf(config, given);
  if (resumed) checkBackend(resumed, computesOn);
  const state = createProgress(config, given, resumed, computesOn);
  const { gate, expert } = given;
  const parts = { gate, expert };
  const problem = createProblem(state.config, backend, state.given, machine, state.teacher, parts);
  const progress: Progress = {
    ...state,
    student: () => problem.lift(state.trained?.model ?? problem.working.student),
  };
  const setupSeconds = (performance.now() - begun) / 1000;
  let interrupt: AbortController;
  let events: AsyncGenerator<ExperimentEvent, undefined, void>;
  let tell: Watch['onWork'];
  let busy = false;
  goOn();

  function goOn(): void {
    interrupt = new AbortController();
    const { signal } = interrupt;
    events = runPhases(progress, problem, setupSeconds, { signal, onWork: (work) => tell?.(work) });
  }

  /** On from the trained student, whatever came after it. */
  function goBack(phase: 'prune' | 'finetune', changed: Config): void {
    const { model } = progress.trained!;
    progress.config = parseConfig(changed);
    progress.phase = phase;
    progress.refined = undefined;
    progress.finetuned = undefined;
    progress.timing.finetune = 0;
    progress.student = () => problem.lift(model);
    goOn();
  }

  function requireRest(field: string): void {
    if (!busy) return;
    throw new PhaseError('must wait for the event under way', {
      field,
      value: progress.phase,
      remedy: 'Await the promise of next() first.',
    });
  }

  return {
    get config() {
      return progress.config;
    },
    get phase() {
      return progress.phase;
    },
    get milestones() {
      return progress.pairs.milestones;
    },
    get student() {
      return progress.student();
    },
    async next(signal, onWork) {
      if (progress.phase === 'done') return undefined;
      if (signal?.aborted) throw new InterruptedError(snapshotOf(progress));
      // The last abort may have come when its event was as good as done.
      if (interrupt.signal.aborted) goOn();
      const abort = () => interrupt.abort();
      signal?.addEventListener('abort', abort);
      tell = onWork;
      busy = true;
      try {
        return (await events.next()).value;
      } catch (error) {
        goOn();
        throw error;
      } finally {
        signal?.removeEventListener('abort', abort);
        busy = false;
      }
    },
    prune(rule = progress.config.prune) {
      requireRest('prune');
      const { trained, config } = progress;
      if (!trained || trained.time <= 0) {
        throw new PhaseError('is too early', {
          field: 'prune',
          value: progress.phase,
          remedy: 'Train until the first record after the start.',
        });
      }
      const train = { ...config.train, time: trained.time };
      goBack('prune', { ...config, train, prune: rule });
    },
    finetune(method = progress.config.finetune.method) {
      requireRest('finetune');
      const { phase, config } = progress;
      if (phase === 'train' || phase === 'prune') {
        throw new PhaseError('needs a pruned student', {
          field: 'finetune',
          value: phase,
          remedy: 'Prune first.',
        });
      }
      goBack('finetune', { ...config, finetune: { ...config.finetune, method } });
    },
    snapshot: () => snapshotOf(progress),
  };
}

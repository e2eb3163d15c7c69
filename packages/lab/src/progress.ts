import type { BackendInfo } from '@softmoe/backend';
import { loadMoE, type MoE, type OwnParts, saveMoE } from '@softmoe/model';
import { loadState, saveState, type TrainState } from '@softmoe/train';
import type { Config } from './config.ts';
import { trackerOf } from './course.ts';
import type { PairTracker } from './pair-tracker.ts';
import type { Phase, Snapshot } from './snapshot.ts';

/** How far an experiment has come: everything of it that changes. */
export interface Progress {
  config: Config;
  phase: Phase;
  /** What the run computes on; undefined where it needs no backend. */
  readonly backend: BackendInfo | undefined;
  readonly pairs: PairTracker;
  readonly timing: { train: number; prune: number; finetune: number };
  /** The student that the experiment was given to start from, if it was. */
  readonly given: MoE | undefined;
  /** The teacher of the user's own, if it has one. */
  readonly teacher: MoE | undefined;
  startLoss: number | undefined;
  /** The last states of training, of fine-tuning on fresh samples (online engine) and of the last stage of fine-tuning. */
  trained: TrainState | undefined;
  refined: TrainState | undefined;
  finetuned: TrainState | undefined;
  /** The student as it is now, in the coordinates of the inputs. */
  student: () => MoE;
}

/** The progress of an experiment at its start, or at a snapshot. Throws typed errors for a damaged one. */
export function createProgress(
  config: Config,
  { student, teacher, ...own }: { readonly student?: MoE; readonly teacher?: MoE } & OwnParts = {},
  resumed?: Snapshot,
  backend?: BackendInfo,
): Omit<Progress, 'student'> {
  const state = (bytes: Uint8Array | undefined) => bytes && loadState(bytes, own);
  return {
    config,
    phase: resumed?.phase ?? 'train',
    backend: backend ?? resumed?.backend,
    pairs: trackerOf(config, resumed?.pairs),
    timing: { ...(resumed?.timing ?? { train: 0, prune: 0, finetune: 0 }) },
    given: resumed?.student ? loadMoE(resumed.student, undefined, own) : student,
    teacher: resumed?.teacher ? loadMoE(resumed.teacher, undefined, own) : teacher,
    startLoss: resumed?.startLoss,
    trained: state(resumed?.trained),
    refined: state(resumed?.refined),
    finetuned: state(resumed?.finetuned),
  };
}

/** All of `progress` that {@link createProgress} needs to go on from it. */
export function snapshotOf(progress: Omit<Progress, 'student'>): Snapshot {
  const { config, phase, backend, startLoss, pairs, timing, given, teacher } = progress;
  const { trained, refined, finetuned } = progress;
  return {
    version: 3,
    config,
    phase,
    ...(backend ? { backend } : {}),
    startLoss,
    pairs: pairs.state,
    timing: { ...timing },
    ...(given ? { student: saveMoE(given) } : {}),
    ...(teacher ? { teacher: saveMoE(teacher) } : {}),
    trained: trained && saveState(trained),
    refined: refined && saveState(refined),
    finetuned: finetuned && saveState(finetuned),
  };
}

import {
  type MoE,
  normParams,
  requireFinite,
  requireFunction,
  requireInteger,
  requireKeys,
  requireModel,
  ValueError,
} from '@softmoe/model';
import { breather } from './breather.ts';
import { DivergedError } from './errors.ts';
import { recordOf, type TrainRecord } from './record.ts';
import { requireState, type Stepper, type TrainState } from './state.ts';
import {
  checkStop,
  plateauMark,
  reasonToStop,
  type StopCriteria,
  type StopReason,
} from './stop.ts';

/** A run starts at a model, or goes on from a state. */
export type TrainStart =
  | { readonly model: MoE; readonly resume?: TrainState | undefined }
  | { readonly model?: MoE | undefined; readonly resume: TrainState };

export type TrainOptions = TrainStart & {
  readonly stepper: Stepper;
  /** Compared with the student in every record; it takes no part in the training. */
  readonly teacher?: MoE | undefined;
  readonly stop?: StopCriteria | undefined;
  /** A record at every multiple of that many steps. Default 1, or none if recordEveryTime is given. */
  readonly recordEvery?: number | undefined;
  /** A record at the first step at or past every multiple of that time. Doesn't change the steps. */
  readonly recordEveryTime?: number | undefined;
  /** Once aborted the run ends after the step under way, with the reason 'aborted' and its state, but no more record. */
  readonly signal?: AbortSignal | undefined;
};

export interface TrainEnd {
  readonly reason: StopReason;
  readonly state: TrainState;
}

/**
 * Runs `stepper` from `model`, or on from `resume`, until a criterion of `stop` holds or `signal` aborts, and yields
 * records on the way: always the first point and, unless aborted, the last. A resumed run doesn't repeat the point it starts from, and
 * follows the uninterrupted one bit for bit, unless it resumes where `stop.time` had cut a step short. Throws
 * {@link DivergedError} with the last finite state once the loss or the gradient isn't finite, a typed error for options
 * out of range or unknown.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainRecord, TrainEnd, void> {
  checkOptions(options);
  const { stepper, teacher, stop = {}, signal } = options;
  const breathe = breather();

  let state = await startOf(options);
  let gradientNorm = finiteNorm(state, undefined);
  if (stop.plateau) state = marked(state, state, stop.plateau.relative);
  let recorded = state;
  if (!options.resume) yield recordOf(state, teacher);
  for (;;) {
    const goal = reasonToStop(stop, state, gradientNorm);
    const reason = goal ?? (signal?.aborted ? 'aborted' : undefined);
    if (reason) {
      if (recorded !== state && reason !== 'aborted') yield recordOf(state, teacher);
      return { reason, state };
    }
    const next = await stepper.step(state, stop.time);
    gradientNorm = finiteNorm(next, state);
    const due = isDue(options, state, next);
    state = stop.plateau ? marked(next, state, stop.plateau.relative) : next;
    if (due) {
      recorded = state;
      yield recordOf(state, teacher);
    }
    await breathe();
  }
}

async function startOf({ stepper, model, resume }: TrainOptions): Promise<TrainState> {
  if (resume) return resume;
  if (model) return stepper.init(model);
  throw new ValueError('is missing', {
    field: 'model',
    value: model,
    remedy: 'Give a model to start from, or a state to resume.',
  });
}

function marked(state: TrainState, previous: TrainState, relative: number): TrainState {
  return { ...state, plateau: plateauMark(previous.plateau, state, relative) };
}

function finiteNorm(state: TrainState, last: TrainState | undefined): number {
  const { loss, gradient } = state.evaluation;
  if (!Number.isFinite(loss)) throw new DivergedError('loss', loss, last);
  const norm = normParams(gradient);
  if (!Number.isFinite(norm)) throw new DivergedError('gradientNorm', norm, last);
  return norm;
}

/** Decided from the two states alone, so that a resumed run records the same points. */
function isDue(
  { recordEvery, recordEveryTime }: TrainOptions,
  before: TrainState,
  after: TrainState,
): boolean {
  const every = recordEvery ?? (recordEveryTime === undefined ? 1 : Infinity);
  if (after.step % every === 0) return true;
  if (recordEveryTime === undefined) return false;
  const count = (time: number) => Math.floor(time / recordEveryTime + 1e-9);
  return count(after.time) > count(before.time);
}

const OPTIONS = [
  'model',
  'resume',
  'stepper',
  'teacher',
  'stop',
  'recordEvery',
  'recordEveryTime',
  'signal',
];

function checkOptions(options: TrainOptions): void {
  requireKeys('options', options, OPTIONS);
  const { model, resume, stepper, teacher, stop, recordEvery, recordEveryTime } = options;
  requireFunction('stepper.step', stepper?.step);
  if (model !== undefined) requireModel('model', model);
  if (resume !== undefined) requireState('resume', resume);
  if (teacher !== undefined) requireModel('teacher', teacher);
  if (stop !== undefined) checkStop(stop);
  if (recordEvery !== undefined) requireInteger('recordEvery', recordEvery, 1);
  if (recordEveryTime !== undefined) {
    requireFinite('recordEveryTime', recordEveryTime, Number.MIN_VALUE);
  }
}

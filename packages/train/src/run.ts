import type { MoE, Watch } from '@softmoe/model';
import {
  requireFinite,
  requireFunction,
  requireInteger,
  requireKeys,
  requireModel,
  requireObject,
} from '@softmoe/model/checks';
import { breather, normParams } from '@softmoe/model/linalg';
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

/** When a run tells of itself, and what of. */
export interface RecordOptions {
  /** Compared with the student in every record; it takes no part in the run. */
  readonly teacher?: MoE | undefined;
  /** A record at every multiple of that many steps. Default 1, or none if `everyTime` is given. */
  readonly every?: number | undefined;
  /** A record at the first step at or past every multiple of that time. Doesn't change the steps. */
  readonly everyTime?: number | undefined;
}

/** Where a run starts, when it ends, and what it records on the way. */
export interface RunOptions extends Pick<Watch, 'onWork'> {
  /** A model to start from, or a state to go on from. */
  readonly start: MoE | TrainState;
  /** When to end; with no criterion the run goes on until it is aborted, or until rounding allows no progress. */
  readonly until?: StopCriteria | undefined;
  readonly record?: RecordOptions | undefined;
  /**
   * Once aborted the run ends with the reason 'aborted' and its last state, but no more record: after the step under way, or
   * within one that takes long.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Why a run ended, and where: a state to save, or to go on from. */
export interface RunEnd<Memory = unknown> {
  readonly reason: StopReason;
  readonly state: TrainState<Memory>;
}

/**
 * Runs `stepper` from a model, or on from a state, until a criterion of `until` holds, rounding allows no more progress or
 * `signal` aborts. Yields records on the way: always the first point and, unless aborted, the last. A resumed run doesn't
 * repeat the point it starts from, and follows the uninterrupted one bit for bit, unless it resumes where `until.time` had
 * cut a step short. Throws {@link DivergedError} with the last finite state once the loss or the gradient isn't finite, a
 * typed error for options out of range or unknown and for a state that another stepper made.
 */
export async function* run<Memory>(
  stepper: Stepper<Memory>,
  options: RunOptions,
): AsyncGenerator<TrainRecord<Memory>, RunEnd<Memory>, void> {
  checkOptions(stepper, options);
  const { start, until = {}, record = {}, signal, onWork } = options;
  const { teacher } = record;
  const breathe = breather();

  // Whether a state is the stepper's own is for the stepper to find out.
  const resumed = isState(start) ? (start as TrainState<Memory>) : undefined;
  let state = resumed ?? (await stepper.init(start as MoE));
  let gradientNorm = finiteNorm(state, undefined);
  if (until.plateau) state = marked(state, state, until.plateau.relative);
  let recorded = state.step;
  if (!resumed) yield recordOf(state, teacher);
  for (;;) {
    const goal = reasonToStop(until, state, gradientNorm);
    const reason = goal ?? (signal?.aborted ? 'aborted' : undefined);
    if (reason) {
      if (recorded !== state.step && reason !== 'aborted') yield recordOf(state, teacher);
      return { reason, state };
    }
    const next = await unlessAborted(signal, () =>
      stepper.step(state, until.time, { signal, onWork }),
    );
    if (!next) continue;
    gradientNorm = finiteNorm(next, state);
    const due = isDue(record, state, next);
    state = until.plateau ? marked(next, state, until.plateau.relative) : next;
    if (due) {
      recorded = state.step;
      yield recordOf(state, teacher);
    }
    await breathe();
  }
}

/** Takes a run, or any generator, to its end and returns what `for await` would lose; `onRecord` sees what it yields. */
export async function finish<Item, End>(
  generator: AsyncGenerator<Item, End, void>,
  onRecord?: (record: Item) => void | Promise<void>,
): Promise<End> {
  for (;;) {
    const { value, done } = await generator.next();
    if (done) return value;
    await onRecord?.(value);
  }
}

/** What `step` gives; undefined where it threw the reason of the signal that stopped it. */
async function unlessAborted<State>(
  signal: AbortSignal | undefined,
  step: () => Promise<State>,
): Promise<State | undefined> {
  try {
    return await step();
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined;
    throw error;
  }
}

function marked<Memory>(
  state: TrainState<Memory>,
  previous: TrainState,
  relative: number,
): TrainState<Memory> {
  return { ...state, plateau: plateauMark(previous.plateau, state, relative) };
}

function finiteNorm(state: TrainState, last: TrainState | undefined): number {
  const { loss, gradient } = state.evaluation;
  if (!Number.isFinite(loss)) throw new DivergedError('loss', loss, last);
  const norm = normParams(gradient);
  if (!Number.isFinite(norm)) throw new DivergedError('gradientNorm', norm, last);
  return norm;
}

/** Decided from the two states alone, so that a resumed run records the same points; none is told of twice. */
function isDue({ every, everyTime }: RecordOptions, before: TrainState, after: TrainState) {
  if (after.step === before.step) return false;
  const steps = every ?? (everyTime === undefined ? 1 : Infinity);
  if (after.step % steps === 0) return true;
  if (everyTime === undefined) return false;
  const count = (time: number) => Math.floor(time / everyTime + 1e-9);
  return count(after.time) > count(before.time);
}

function isState(start: MoE | TrainState): start is TrainState {
  return !('spec' in start);
}

function checkOptions(stepper: Stepper, options: RunOptions): void {
  requireFunction('stepper.step', stepper?.step);
  requireKeys('options', options, ['start', 'until', 'record', 'signal', 'onWork']);
  const { start, until, record } = options;
  requireObject('start', start, ['the spec and params of a model', 'or the parts of a state']);
  if (isState(start)) requireState('start', start);
  else requireModel('start', start);
  if (until !== undefined) checkStop(until);
  if (record === undefined) return;
  requireKeys('record', record, ['teacher', 'every', 'everyTime']);
  const { teacher, every, everyTime } = record;
  if (teacher !== undefined) requireModel('record.teacher', teacher);
  if (every !== undefined) requireInteger('record.every', every, 1);
  if (everyTime !== undefined) requireFinite('record.everyTime', everyTime, Number.MIN_VALUE);
}

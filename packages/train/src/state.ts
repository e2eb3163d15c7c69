import { type MoE, type Params, ValueError, type Watch } from '@softmoe/model';
import { requireModel, requireObject } from '@softmoe/model/checks';

/** Loss and Riemannian gradient at one model. */
export interface Evaluation {
  readonly loss: number;
  readonly gradient: Params;
}

/** The lowest loss so far that counted as progress, and the step at which it was reached. */
export interface PlateauMark {
  readonly loss: number;
  readonly step: number;
}

/**
 * Everything that is needed to go on: a run resumed from it equals the uninterrupted one bit for bit. `Memory` is what the
 * stepper remembers from one step to the next.
 */
export interface TrainState<Memory = unknown> {
  /** Steps taken. */
  readonly step: number;
  /** Flow time; for an optimiser that approximates no flow, the number of steps. */
  readonly time: number;
  readonly model: MoE;
  /** At `model`, with the batch of `step` where the objective draws batches. */
  readonly evaluation: Evaluation;
  readonly memory: Memory;
  /** Set by a stepper whose steps would be lost to rounding: it stands still, and a run ends. */
  readonly stalled?: true;
  /** Kept by `run` for its plateau criterion; a stepper need not know it. */
  readonly plateau?: PlateauMark;
}

/**
 * Advances a model step by step. `integrate`, `descend` and the methods of fine-tuning make one.
 *
 * Its memory is plain data, so that `saveState` can write it: numbers, texts, arrays, and objects and lists of these. No
 * other code reads it but through functions that the stepper's file exports.
 */
export interface Stepper<Memory = unknown> {
  init(model: MoE): Promise<TrainState<Memory>>;
  /**
   * One step, of a length that does not go past the time `until` where the stepper can choose its length. A step that can take
   * long tells `watch` what it does, and throws the reason of its signal once that has aborted: `state` stands then.
   */
  step(state: TrainState<Memory>, until?: number, watch?: Watch): Promise<TrainState<Memory>>;
}

/** The memory of a method that has none. */
export type NoMemory = Readonly<Record<string, never>>;

export const NO_MEMORY: NoMemory = {};

/** Throws a typed error unless `state` has the parts of a state, its model a valid one. */
export function requireState(field: string, state: TrainState): void {
  requireObject(field, state, ['step', 'time', 'model', 'evaluation', 'memory']);
  requireModel(`${field}.model`, state.model);
  requireObject(`${field}.evaluation`, state.evaluation, ['loss', 'gradient']);
  requireObject(`${field}.memory`, state.memory, ['what the stepper remembers']);
}

/**
 * `memory` as that of a method whose memory is like `like`: with fields of these names and kinds (number, text, list,
 * object) and no others. Throws {@link ValueError} when a state came from another method.
 */
export function ownMemory<Memory extends object>(memory: unknown, like: Memory): Memory {
  const [found, wanted] = [kindsOf(memory), kindsOf(like)];
  const names = new Set([...wanted.keys(), ...found.keys()]);
  for (const name of names) {
    if (found.get(name) === wanted.get(name)) continue;
    throw new ValueError('was made by another method', {
      field: `state.memory.${name}`,
      value: [...found.keys()],
      remedy: 'Resume with the method or optimiser that the state was saved from.',
    });
  }
  return memory as Memory;
}

function kindsOf(memory: unknown): Map<string, string> {
  const entries = Object.entries(memory ?? {});
  return new Map(
    entries.map(([name, value]) => [name, Array.isArray(value) ? 'list' : typeof value]),
  );
}

import type { TrailPoint } from '@softmoe/model';
import { ownMemory, type Stepper, type TrainState } from './state.ts';

/** The memory of a stepper with a trail. */
export interface Trailed<Memory> {
  /** What the stepper itself remembers. */
  readonly own: Memory;
  /** Every how many steps an iterate is kept. */
  readonly stride: number;
  /** Oldest first. */
  readonly trail: readonly TrailPoint[];
}

/** At most this many iterates are held; twice that many times the size of the model is the memory of a trail. */
export const TRAIL_LENGTH = 64;

const BLANK: Trailed<object> = { own: {}, stride: 1, trail: [] };

/**
 * The stepper with a memory of its path: every iterate at first, and each time the trail is full every other one is
 * dropped and from then on only every second is kept. The trail is part of the stepper's memory, so that it is saved and
 * resumed with it.
 */
export function withTrail<Memory>(stepper: Stepper<Memory>): Stepper<Trailed<Memory>> {
  return {
    async init(model) {
      return extended(await stepper.init(model), 1, []);
    },
    async step(state, until, watch) {
      const { stride, trail } = trailed(state);
      const next = await stepper.step(withoutTrail(state), until, watch);
      return next.step === state.step
        ? { ...next, memory: { own: next.memory, stride, trail } }
        : extended(next, stride, trail);
    },
  };
}

/** The iterates that `state` remembers, oldest first. The one at `state` itself may be missing. */
export function trailOf(state: TrainState): readonly TrailPoint[] {
  return trailed(state).trail;
}

/** The state of a stepper with a trail, as the stepper itself made it. */
export function withoutTrail<Memory>(state: TrainState<Trailed<Memory>>): TrainState<Memory>;
export function withoutTrail(state: TrainState): TrainState;
export function withoutTrail(state: TrainState): TrainState {
  return { ...state, memory: trailed(state).own };
}

function trailed({ memory }: TrainState): Trailed<object> {
  return ownMemory(memory, BLANK);
}

/** `next` with the trail so far and, if it is its turn, its own point. */
function extended<Memory>(
  next: TrainState<Memory>,
  stride: number,
  trail: readonly TrailPoint[],
): TrainState<Trailed<Memory>> {
  const { step, model, evaluation, memory: own } = next;
  if (step % stride !== 0) return { ...next, memory: { own, stride, trail } };
  const longer = [...trail, { step, point: model.params, gradient: evaluation.gradient }];
  const memory =
    longer.length <= TRAIL_LENGTH
      ? { own, stride, trail: longer }
      : {
          own,
          stride: 2 * stride,
          trail: longer.filter((point) => point.step % (2 * stride) === 0),
        };
  return { ...next, memory };
}

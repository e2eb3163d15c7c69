import type { TrailPoint } from '@softmoe/model';
import type { MethodState, Stepper, TrainState } from '@softmoe/train';

/** At most this many iterates are held; twice that many times the size of the model is the memory of a trail. */
export const TRAIL_LENGTH = 64;

const POINT = 'trail.point.';
const GRADIENT = 'trail.gradient.';

/**
 * The stepper with a memory of its path: every iterate at first, and each time the trail is full every other one is
 * dropped and from then on only every second is kept. The trail lives in the state's method memory, so that it is saved
 * and resumed with it.
 */
export function withTrail(stepper: Stepper): Stepper {
  return {
    init: async (model) => extendTrail(await stepper.init(model), { numbers: {}, arrays: {} }),
    step: async (state, until) => {
      const next = await stepper.step(state, until);
      return next.step === state.step ? next : extendTrail(next, state.method);
    },
  };
}

/** The iterates that `state` remembers, oldest first. The one at `state` itself may be missing. */
export function trailOf(state: TrainState): TrailPoint[] {
  const { arrays } = state.method;
  return Object.keys(arrays)
    .filter((name) => name.startsWith(POINT))
    .map((name) => {
      const step = stepOf(name);
      return { step, point: arrays[name]!, gradient: arrays[GRADIENT + step]! };
    })
    .sort((a, b) => a.step - b.step);
}

/** `next` with the trail of `before` and, if it is its turn, its own point. */
function extendTrail(next: TrainState, before: MethodState): TrainState {
  let stride = before.numbers.trailStride ?? 1;
  const due = next.step % stride === 0;
  if (!due && next.method.arrays === before.arrays) return next;
  let trail = Object.entries(before.arrays).filter(([name]) => isTrail(name));
  if (due) {
    trail.push([POINT + next.step, next.model.params]);
    trail.push([GRADIENT + next.step, next.evaluation.gradient]);
  }
  if (trail.length > 2 * TRAIL_LENGTH) {
    stride *= 2;
    trail = trail.filter(([name]) => stepOf(name) % stride === 0);
  }
  const own = Object.entries(next.method.arrays).filter(([name]) => !isTrail(name));
  const arrays = Object.fromEntries([...own, ...trail]);
  return { ...next, method: { numbers: { ...next.method.numbers, trailStride: stride }, arrays } };
}

function isTrail(name: string): boolean {
  return name.startsWith(POINT) || name.startsWith(GRADIENT);
}

function stepOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('.') + 1));
}

import type { Params } from '@softmoe/model';
import type { MethodState, Stepper, TrainState } from '@softmoe/train';

/** An iterate of a run, with the gradient there. */
export interface TrailPoint {
  readonly step: number;
  readonly point: Params;
  readonly gradient: Params;
}

/** At most this many iterates are held; 2 × this many times the size of the model is the memory of a trail. */
export const TRAIL_LENGTH = 128;

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
  return Object.keys(state.method.arrays)
    .flatMap((name) => {
      const step = pointStep(name);
      if (step === undefined) return [];
      const point = state.method.arrays[name]!;
      const gradient = state.method.arrays[gradientName(step)]!;
      return [{ step, point, gradient }];
    })
    .sort((a, b) => a.step - b.step);
}

const POINT = 'trail.point.';
const GRADIENT = 'trail.gradient.';
const gradientName = (step: number) => `${GRADIENT}${step}`;

function pointStep(name: string): number | undefined {
  return name.startsWith(POINT) ? Number(name.slice(POINT.length)) : undefined;
}

/** `next` with the trail of `before` and its own point. */
function extendTrail(next: TrainState, before: MethodState): TrainState {
  let stride = before.numbers.trailStride ?? 1;
  const isTrail = (name: string) => name.startsWith(POINT) || name.startsWith(GRADIENT);
  let trail = Object.entries(before.arrays).filter(([name]) => isTrail(name));
  if (next.step % stride === 0) {
    trail.push([`${POINT}${next.step}`, next.model.params]);
    trail.push([gradientName(next.step), next.evaluation.gradient]);
  }
  if (trail.length > 2 * TRAIL_LENGTH) {
    stride *= 2;
    trail = trail.filter(([name]) => Number(name.slice(name.lastIndexOf('.') + 1)) % stride === 0);
  }
  const own = Object.entries(next.method.arrays).filter(([name]) => !isTrail(name));
  return {
    ...next,
    method: {
      numbers: { ...next.method.numbers, trailStride: stride },
      arrays: Object.fromEntries([...own, ...trail]),
    },
  };
}

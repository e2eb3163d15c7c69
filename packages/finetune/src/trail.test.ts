import type { Stepper, TrainState } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import { teacherOf } from '../fixtures/scenes.ts';
import { TRAIL_LENGTH, trailOf, withTrail } from './trail.ts';

const model = teacherOf(4, 2, { kind: 'orthonormal' }, 0);

/** Counts steps in an amplitude. */
const counter: Stepper = {
  init: async () => ({
    step: 0,
    time: 0,
    model,
    evaluation: { loss: 0, gradient: model.params },
    method: { numbers: { mine: 1 }, arrays: { mine: model.params } },
  }),
  step: async (state) => {
    const step = state.step + 1;
    const amplitude = { shape: [2], data: Float64Array.of(step, 0) };
    return { ...state, step, model: { ...model, params: { ...model.params, amplitude } } };
  },
};

async function walk(steps: number, stepper = withTrail(counter)): Promise<TrainState> {
  let state = await stepper.init(model);
  for (let n = 0; n < steps; n++) state = await stepper.step(state);
  return state;
}

describe('withTrail', () => {
  it('keeps every iterate of a short run, in order', async () => {
    const trail = trailOf(await walk(20));
    expect(trail.map(({ step }) => step)).toEqual(Array.from({ length: 21 }, (_, n) => n));
    for (const { step, point } of trail.slice(1)) expect(point.amplitude!.data[0]).toBe(step);
  });

  it.each([200, 1000, 3000])(
    'keeps evenly spaced iterates of %i steps, from the start',
    async (n) => {
      const steps = trailOf(await walk(n)).map(({ step }) => step);
      expect(steps.length).toBeLessThanOrEqual(TRAIL_LENGTH);
      expect(steps.length).toBeGreaterThanOrEqual(TRAIL_LENGTH / 2);
      const stride = steps[1]!;
      expect(steps).toEqual(steps.map((_, i) => i * stride));
      expect(n - steps.at(-1)!).toBeLessThan(stride);
    },
  );

  it('leaves the memory of the method alone', async () => {
    const { method } = await walk(500);
    expect(method.numbers.mine).toBe(1);
    expect(method.arrays.mine).toBe(model.params);
  });

  it('notes a point once when the stepper stands still', async () => {
    const standing = withTrail({ ...counter, step: async (state) => ({ ...state }) });
    expect(trailOf(await walk(5, standing))).toHaveLength(1);
  });
});

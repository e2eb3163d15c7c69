import { describe, expect, it } from 'vitest';
import { someModel } from '../../model/test/models.ts';
import { loadState, saveState } from './checkpoint.ts';
import type { Stepper, TrainState } from './state.ts';
import { TRAIL_LENGTH, type Trailed, trailOf, withoutTrail, withTrail } from './trail.ts';

const model = someModel({ inputDim: 4, experts: 2 });

const memory = { mine: 1, ours: model.params };

/** Counts steps in an amplitude. */
const counter: Stepper<typeof memory> = {
  init: async () => ({
    step: 0,
    time: 0,
    model,
    evaluation: { loss: 0, gradient: model.params },
    memory,
  }),
  step: async (state) => {
    const step = state.step + 1;
    const amplitude = { shape: [2], data: Float64Array.of(step, 0) };
    return { ...state, step, model: { ...model, params: { ...model.params, amplitude } } };
  },
};

async function walk(
  steps: number,
  stepper = withTrail(counter),
): Promise<TrainState<Trailed<typeof memory>>> {
  let state = await stepper.init(model);
  for (let n = 0; n < steps; n++) state = await stepper.step(state);
  return state;
}

describe('withTrail', () => {
  it('keeps every iterate of a short run, in order', async () => {
    const trail = trailOf(await walk(20));
    expect(trail.map(({ step }) => step)).toEqual(Array.from({ length: 21 }, (_, n) => n));
    for (const { step, point } of trail.slice(1)) expect(point.amplitude.data[0]).toBe(step);
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

  it('leaves the memory of the stepper alone', async () => {
    const state = withoutTrail(await walk(500));
    expect(state.memory).toBe(memory);
    expect(state.memory.mine).toBe(1);
    expect(state.memory.ours).toBe(model.params);
  });

  it('notes a point once when the stepper stands still', async () => {
    const standing = withTrail({ ...counter, step: async (state) => ({ ...state }) });
    expect(trailOf(await walk(5, standing))).toHaveLength(1);
  });

  it('goes on from a file with the iterates that were there', async () => {
    const trail = trailOf(await walk(150));
    const stepper = withTrail(counter);
    let state = loadState(saveState(await walk(90))) as TrainState<Trailed<typeof memory>>;
    for (let n = 90; n < 150; n++) state = await stepper.step(state);
    expect(trailOf(state)).toEqual(trail);
  });

  it('refuses the state of a stepper without a trail', async () => {
    const plain = await counter.init(model);
    await expect(withTrail(counter).step(plain as never)).rejects.toThrow('another method');
    expect(() => trailOf(plain)).toThrow('state.memory.own');
  });
});

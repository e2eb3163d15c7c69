import type { Objective, Watch, Work } from '@softmoe/model';
import { describe, expect, it } from 'vitest';
import { euler01, go, model, objective } from '../fixtures/small-run.ts';
import { collect } from '../fixtures/steppers.ts';
import { plainFlow } from './fields.ts';
import { integrate } from './integrate.ts';
import { dormandPrince } from './methods/dormand-prince.ts';
import { euler } from './methods/euler.ts';
import { run } from './run.ts';
import type { NoMemory, TrainState } from './state.ts';

describe('the abort of a run', () => {
  it('keeps what was done, and the rest can follow', async () => {
    const controller = new AbortController();
    const steps = run(euler01, { start: model, until: { steps: 20 }, signal: controller.signal });
    for (let i = 0; i < 5; i++) await steps.next();
    controller.abort();
    const { items, end } = await collect(steps);
    expect(items).toEqual([]);
    expect(end.reason).toBe('aborted');
    expect(end.state.step).toBe(4);
    const rest = await go({ start: end.state, until: { steps: 20 } });
    expect(rest.items[0]!.step).toBe(5);
    expect(rest.end).toEqual((await go({ until: { steps: 20 } })).end);
  });

  it('between records adds none: those that follow are the ones of an uninterrupted run', async () => {
    const controller = new AbortController();
    const stopping: Objective = {
      evaluate: (at, step) => {
        if (step === 3) controller.abort();
        return objective.evaluate(at, step);
      },
    };
    const { items, end } = await go({
      stepper: integrate(plainFlow, stopping, euler({ fixedStep: 0.1 })),
      record: { every: 100 },
      signal: controller.signal,
    });
    expect(items.map(({ step }) => step)).toEqual([0]);
    expect(end).toMatchObject({ reason: 'aborted', state: { step: 3 } });
  });

  it('before the start ends with the first point', async () => {
    const { items, end } = await go({ signal: AbortSignal.abort() });
    expect(items.map(({ step }) => step)).toEqual([0]);
    expect(end).toMatchObject({ reason: 'aborted', state: { step: 0 } });
  });

  it('from a timer is heard though no step ever waits', async () => {
    const controller = new AbortController();
    const stepper: typeof euler01 = {
      ...euler01,
      step(state, until) {
        if (state.step === 3) setTimeout(() => controller.abort());
        return euler01.step(state, until);
      },
    };
    const { end } = await go({ stepper, record: { every: 1e9 }, signal: controller.signal });
    expect(end.reason).toBe('aborted');
    expect(end.state.step).toBeGreaterThan(3);
  });
});

describe('the abort of a step of a run', () => {
  /** As Euler's steps, until its step from `at` on: that one waits for the signal, and throws its reason. */
  const waiting = (at: number, told: (watch: Watch | undefined) => void = () => {}) => ({
    ...euler01,
    async step(state: TrainState<NoMemory>, until?: number, watch?: Watch) {
      if (state.step < at) return euler01.step(state, until, watch);
      told(watch);
      return new Promise<never>((_, reject) => {
        watch?.signal?.addEventListener('abort', () => reject(watch.signal?.reason as Error));
      });
    },
  });

  it('ends it with the state before, from which the rest can follow', async () => {
    const controller = new AbortController();
    const stepper = waiting(4, () => setTimeout(() => controller.abort(new Error('enough'))));
    const { end } = await go({ stepper, until: { steps: 20 }, signal: controller.signal });
    expect(end).toMatchObject({ reason: 'aborted', state: { step: 4 } });
    const rest = await go({ start: end.state, until: { steps: 20 } });
    expect(rest.end).toEqual((await go({ until: { steps: 20 } })).end);
  });

  it('is no cover for an error of another kind', async () => {
    const controller = new AbortController();
    const failing: typeof euler01 = {
      ...euler01,
      async step() {
        controller.abort();
        throw new RangeError('broken');
      },
    };
    const going = go({ stepper: failing, signal: controller.signal });
    await expect(going).rejects.toThrow(RangeError);
  });

  it('is heard between the evaluations of a long step', async () => {
    const controller = new AbortController();
    let evaluations = 0;
    const slow: Objective = {
      evaluate: (at, step) => {
        if (++evaluations === 3) setTimeout(() => controller.abort());
        const since = performance.now();
        while (performance.now() - since < 60);
        return objective.evaluate(at, step);
      },
    };
    const stepper = integrate(plainFlow, slow, dormandPrince());
    const { end } = await go({ stepper, signal: controller.signal });
    expect(end).toMatchObject({ reason: 'aborted', state: { step: 0 } });
    expect(evaluations).toBeLessThan(6);
  });

  it('hands on what long steps tell of their work', async () => {
    const controller = new AbortController();
    const told: Work[] = [];
    const stepper = waiting(2, (watch) => {
      watch?.onWork?.({ task: 'step', done: 7 });
      setTimeout(() => controller.abort());
    });
    const going = go({ stepper, signal: controller.signal, onWork: (work) => told.push(work) });
    expect((await going).end.state.step).toBe(2);
    expect(told).toEqual([{ task: 'step', done: 7 }]);
  });
});

import { type Objective, ValueError } from '@softmoe/model';
import { scaleParams } from '@softmoe/model/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { someModel } from '../../model/test/models.ts';
import { counted, noisyPull } from '../fixtures/objectives.ts';
import { euler01, go, model, objective } from '../fixtures/small-run.ts';
import { collect, steppers } from '../fixtures/steppers.ts';
import { loadState, saveState } from './checkpoint.ts';
import { DivergedError } from './errors.ts';
import { plainFlow } from './fields.ts';
import { integrate } from './integrate.ts';
import { bogackiShampine } from './methods/bogacki-shampine.ts';
import { euler } from './methods/euler.ts';
import { recordOf } from './record.ts';
import { finish, run } from './run.ts';
import type { Stepper, TrainState } from './state.ts';
import type { StopCriteria } from './stop.ts';

const teacher = someModel({ inputDim: 4, experts: 2 }, 3);

describe('records of a run', () => {
  it('tell the whole point, with the teacher in it if there is one', async () => {
    const { items, end } = await go({ record: { teacher }, until: { steps: 1 } });
    expect(items.map(({ step }) => step)).toEqual([0, 1]);
    const [, record] = items;
    expect(record).toEqual(recordOf(end.state, teacher));
    expect(record!.loss).toBe(end.state.evaluation.loss);
    expect(record!.amplitude).toEqual([...end.state.model.params.amplitude.data]);
    expect(record!.overlaps!.expert.shape).toEqual([3, 2]);
    expect(record!.alignment!.student).toHaveLength(2);
    const { items: alone } = await go({ until: { steps: 1 } });
    expect(alone[1]).not.toHaveProperty('overlaps');
    expect(alone[1]).not.toHaveProperty('alignment');
  });

  it('come every few steps, and at both ends', async () => {
    const { items } = await go({ until: { steps: 10 }, record: { every: 4 } });
    expect(items.map(({ step }) => step)).toEqual([0, 4, 8, 10]);
  });

  it('come once if there is nothing to do', async () => {
    const { items, end } = await go({ until: { steps: 0 } });
    expect(items.map(({ step }) => step)).toEqual([0]);
    expect(end.reason).toBe('steps');
  });

  it('come at times, without a change of the steps', async () => {
    const adaptive = integrate(plainFlow, objective, bogackiShampine({ maxStep: 0.3 }));
    const until = { time: 5 };
    const { items, end } = await go({ stepper: adaptive, until, record: { everyTime: 0.5 } });
    const every = await go({ stepper: adaptive, until });
    expect(end).toEqual(every.end);
    const times = every.items.map(({ time }) => time);
    const expected = [0, ...Array.from({ length: 10 }, (_, i) => 0.5 * (i + 1))].map((at) =>
      times.find((time) => time >= at),
    );
    expect(items.map(({ time }) => time)).toEqual(expected);
  });

  it('come at the times of fixed steps in spite of rounding', async () => {
    const { items } = await go({ until: { time: 3 }, record: { everyTime: 0.1 } });
    expect(items.map(({ step }) => step)).toEqual([...Array(31).keys()]);
  });
});

describe('a run ends', () => {
  const final = async (until: StopCriteria) => (await go({ until })).end;

  it('at a loss', async () => {
    const { reason, state } = await final({ loss: -2, steps: 1000 });
    expect(reason).toBe('loss');
    expect(state.evaluation.loss).toBeLessThanOrEqual(-2);
  });

  it('at a gradient norm', async () => {
    const { reason, state } = await final({ gradientNorm: 1e-3, steps: 1000 });
    expect(reason).toBe('gradientNorm');
    expect(recordOf(state).gradientNorm).toBeLessThanOrEqual(1e-3);
  });

  it('on a plateau, counted from the last progress', async () => {
    const { items, end } = await go({ until: { plateau: { steps: 7, relative: 1e-3 } } });
    expect(end.reason).toBe('plateau');
    const losses = items.map(({ loss }) => loss);
    let mark = 0;
    losses.forEach((loss, step) => {
      if (loss < losses[mark]! - 1e-3 * Math.abs(losses[mark]!)) mark = step;
    });
    expect(end.state.step).toBe(mark + 7);
  });

  it('exactly at a time', async () => {
    const { reason, state } = await final({ time: 1.234 });
    expect([reason, state.time, state.step]).toEqual(['time', 1.234, 13]);
    expect((await final({ time: 1 })).state.step).toBe(10);
  });

  it('with the goal as reason when a limit falls together with it', async () => {
    const { state } = await final({ loss: -2, steps: 1000 });
    expect((await final({ loss: -2, steps: state.step, time: state.time })).reason).toBe('loss');
  });

  it.each([
    [{ until: { steps: 1.5 } }, 'until.steps'],
    [{ until: { time: -1 } }, 'until.time'],
    [{ until: { time: Number.POSITIVE_INFINITY } }, 'until.time'],
    [{ until: { loss: Number.NaN } }, 'until.loss'],
    [{ until: { gradientNorm: -1 } }, 'until.gradientNorm'],
    [{ until: { plateau: { steps: 0, relative: 0 } } }, 'until.plateau.steps'],
    [{ until: { plateau: { steps: 1, relative: 2 } } }, 'until.plateau.relative'],
    [{ record: { every: 0 } }, 'record.every'],
    [{ record: { everyTime: 0 } }, 'record.everyTime'],
  ])('refuses %j', async (options, field) => {
    const error = await go(options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toMatchObject({ field });
  });
});

it('run refuses to start from nothing', async () => {
  await expect(go({ start: undefined } as never)).rejects.toThrow('start: ');
});

it('a run ends when its stepper stands still, without a record of it', async () => {
  const standing: Stepper = {
    init: euler01.init,
    step: async (state) =>
      state.step < 3 ? euler01.step(state as never) : { ...state, stalled: true },
  };
  for (const every of [1, 2, 3]) {
    const { items, end } = await go({ stepper: standing, record: { every }, until: { steps: 9 } });
    expect(end).toMatchObject({ reason: 'rounding', state: { step: 3, stalled: true } });
    expect(items.map(({ step }) => step)).toEqual(
      [0, 1, 2, 3].filter((n) => n % every === 0 || n === 3),
    );
    const resumed = await go({ stepper: standing, start: loadState(saveState(end.state)) });
    expect(resumed).toEqual({ items: [], end });
  }
});

it('finish returns how a run ended, and hands on each record in order', async () => {
  const options = { start: model, until: { steps: 4 } };
  const { items, end } = await collect(run(euler01, options));
  const records: number[] = [];
  const last = await finish(run(euler01, options), async ({ step }) => {
    await Promise.resolve();
    records.push(step);
  });
  expect(last).toEqual(end);
  expect(records).toEqual(items.map(({ step }) => step));
  expect(await finish(run(euler01, options))).toEqual(end);
});

describe('divergence in a run', () => {
  const failing = (at: number, broken: 'loss' | 'gradient'): Objective => ({
    evaluate: async (where, step) => {
      const { loss, gradient } = await objective.evaluate(where, step);
      if (step < at) return { loss, gradient };
      return broken === 'loss'
        ? { loss: Number.NaN, gradient }
        : { loss, gradient: scaleParams(Number.POSITIVE_INFINITY, gradient) };
    },
  });

  it.each([
    ['loss', 'loss'],
    ['gradient', 'gradientNorm'],
  ] as const)('of the %s is an error with the last finite state', async (broken, field) => {
    const diverging = integrate(plainFlow, failing(4, broken), euler({ fixedStep: 0.1 }));
    const error = await go({ stepper: diverging }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    const good = (await go({ until: { steps: 3 } })).end.state;
    expect(error).toMatchObject({ field, step: 4, lastState: good });
  });

  it('at the start has no last state', async () => {
    const broken = integrate(plainFlow, failing(0, 'loss'), euler({ fixedStep: 0.1 }));
    const error = await go({ stepper: broken }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ step: 0, lastState: undefined });
  });
});

it.each(steppers)('a step of $name ends with the batch of the next', async ({ make }) => {
  const noisy = noisyPull(someModel({ inputDim: 4, experts: 3 }, 5).params);
  const { items } = await go({ stepper: make(noisy), until: { steps: 5 } });
  for (const { state } of items) {
    expect(await noisy.evaluate(state.model, state.step)).toEqual(state.evaluation);
  }
});

describe.each(steppers)('a resumed run with $name', ({ make }) => {
  const objectives = [objective, noisyPull(someModel({ inputDim: 4, experts: 3 }, 5).params)];

  it('equals the uninterrupted one bit for bit, wherever and however often it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...objectives),
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 5 }),
        async (of, cuts, every) => {
          const common = { record: { teacher, every }, stepper: make(of) };
          const plateau = { steps: 25, relative: 1e-2 };
          const whole = await go({ ...common, until: { steps: 30, plateau } });
          const records = [];
          let start: TrainState | undefined;
          for (const steps of [...cuts.toSorted((x, y) => x - y), 30]) {
            const options = { ...common, stepper: make(of), until: { steps, plateau } };
            const part = await go(start ? { ...options, start } : options);
            records.push(...part.items);
            start = loadState(saveState(part.end.state));
          }
          expect(start).toEqual(whole.end.state);
          const due = (step: number) => step % every === 0;
          expect(records.filter(({ step }) => due(step))).toEqual(
            whole.items.filter(({ step }) => due(step)),
          );
        },
      ),
      { numRuns: 15 },
    );
  });

  it('costs no evaluation', async () => {
    const meter = counted(objective);
    const counting = make(meter);
    const { end } = await go({ stepper: counting, until: { steps: 5 } });
    const before = meter.count;
    await go({ stepper: counting, start: end.state, until: { steps: 5 } });
    expect(meter.count).toBe(before);
  });
});

it.each([1e-200, 1e200])(
  'a gradient of size %d is finite, and its length is right',
  async (size) => {
    const steep: Objective = {
      evaluate: async (model, step) => {
        const { loss, gradient } = await objective.evaluate(model, step);
        return { loss, gradient: scaleParams(size, gradient) };
      },
    };
    const [plain, scaled] = await Promise.all(
      [
        { of: objective, h: 0.01 },
        { of: steep, h: 0.01 / size },
      ].map(({ of, h }) =>
        go({ stepper: integrate(plainFlow, of, euler({ fixedStep: h })), until: { steps: 3 } }),
      ),
    );
    expect(scaled!.items).toHaveLength(plain!.items.length);
    for (const [i, { gradientNorm, loss }] of scaled!.items.entries()) {
      expect(gradientNorm / size).toBeCloseTo(plain!.items[i]!.gradientNorm, 12);
      expect(loss).toBeCloseTo(plain!.items[i]!.loss, 12);
    }
    const stop = { gradientNorm: 1e-150 };
    const { end } = await go({
      stepper: integrate(plainFlow, steep, euler({ fixedStep: 0.01 / size })),
      until: { ...stop, steps: 2 },
    });
    expect(end.reason).toBe(size < 1e-150 ? 'gradientNorm' : 'steps');
  },
);

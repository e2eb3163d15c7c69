import { type Objective, scaleParams, ValueError } from '@softmoe/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { someModel } from '../../model/test/models.ts';
import { counted, noisyPull, pull } from '../fixtures/objectives.ts';
import { collect, steppers } from '../fixtures/steppers.ts';
import { loadState, saveState } from './checkpoint.ts';
import { DivergedError } from './errors.ts';
import { plainFlow } from './fields/plain-flow.ts';
import { integrate } from './integrate.ts';
import { bogackiShampine } from './methods/bogacki-shampine.ts';
import { euler } from './methods/euler.ts';
import { recordOf } from './record.ts';
import { type TrainOptions, train } from './train.ts';

const model = someModel({ inputDim: 4, experts: 3 });
const teacher = someModel({ inputDim: 4, experts: 2 }, 3);
const objective = pull(someModel({ inputDim: 4, experts: 3 }, 5).params);
const stepper = integrate(plainFlow, objective, euler({ fixedStep: 0.1 }));
const run = (options: Partial<TrainOptions>) =>
  collect(train({ model, stepper, ...options } as TrainOptions));

describe('records', () => {
  it('tell the whole point, with the teacher in it if there is one', async () => {
    const { items, end } = await run({ teacher, stop: { steps: 1 } });
    expect(items.map(({ step }) => step)).toEqual([0, 1]);
    const [, record] = items;
    expect(record).toEqual(recordOf(end.state, teacher));
    expect(record!.loss).toBe(end.state.evaluation.loss);
    expect(record!.amplitude).toEqual([...end.state.model.params.amplitude!.data]);
    expect(record!.overlaps!.expert.shape).toEqual([3, 2]);
    expect(record!.alignment!.student).toHaveLength(2);
    const { items: alone } = await run({ stop: { steps: 1 } });
    expect(alone[1]).not.toHaveProperty('overlaps');
    expect(alone[1]).not.toHaveProperty('alignment');
  });

  it('come every few steps, and at both ends', async () => {
    const { items } = await run({ stop: { steps: 10 }, recordEvery: 4 });
    expect(items.map(({ step }) => step)).toEqual([0, 4, 8, 10]);
  });

  it('come once if there is nothing to do', async () => {
    const { items, end } = await run({ stop: { steps: 0 } });
    expect(items.map(({ step }) => step)).toEqual([0]);
    expect(end.reason).toBe('steps');
  });

  it('come at times, without a change of the steps', async () => {
    const adaptive = integrate(plainFlow, objective, bogackiShampine({ maxStep: 0.3 }));
    const stop = { time: 5 };
    const { items, end } = await run({ stepper: adaptive, stop, recordEveryTime: 0.5 });
    const every = await run({ stepper: adaptive, stop });
    expect(end).toEqual(every.end);
    const times = every.items.map(({ time }) => time);
    const expected = [0, ...Array.from({ length: 10 }, (_, i) => 0.5 * (i + 1))].map((at) =>
      times.find((time) => time >= at),
    );
    expect(items.map(({ time }) => time)).toEqual(expected);
  });

  it('come at the times of fixed steps in spite of rounding', async () => {
    const { items } = await run({ stop: { time: 3 }, recordEveryTime: 0.1 });
    expect(items.map(({ step }) => step)).toEqual([...Array(31).keys()]);
  });
});

describe('stop', () => {
  const final = async (stop: TrainOptions['stop'], options: Partial<TrainOptions> = {}) =>
    (await run({ ...options, ...(stop ? { stop } : {}) })).end;

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
    const { items, end } = await run({ stop: { plateau: { steps: 7, relative: 1e-3 } } });
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
    [{ stop: { steps: 1.5 } }, 'stop.steps'],
    [{ stop: { time: -1 } }, 'stop.time'],
    [{ stop: { time: Number.POSITIVE_INFINITY } }, 'stop.time'],
    [{ stop: { loss: Number.NaN } }, 'stop.loss'],
    [{ stop: { gradientNorm: -1 } }, 'stop.gradientNorm'],
    [{ stop: { plateau: { steps: 0, relative: 0 } } }, 'stop.plateau.steps'],
    [{ stop: { plateau: { steps: 1, relative: 2 } } }, 'stop.plateau.relative'],
    [{ recordEvery: 0 }, 'recordEvery'],
    [{ recordEveryTime: 0 }, 'recordEveryTime'],
  ])('refuses %j', async (options, field) => {
    const error = await run(options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toMatchObject({ field });
  });
});

it('refuses to start from nothing', async () => {
  await expect(run({ model: undefined } as Partial<TrainOptions>)).rejects.toThrow('model: ');
});

describe('abort', () => {
  it('keeps what was done, and the rest can follow', async () => {
    const controller = new AbortController();
    const steps = train({ model, stepper, stop: { steps: 20 }, signal: controller.signal });
    for (let i = 0; i < 5; i++) await steps.next();
    controller.abort();
    const { items, end } = await collect(steps);
    expect(items).toEqual([]);
    expect(end.reason).toBe('aborted');
    expect(end.state.step).toBe(4);
    const rest = await run({ resume: end.state, stop: { steps: 20 } });
    expect(rest.items[0]!.step).toBe(5);
    expect(rest.end).toEqual((await run({ stop: { steps: 20 } })).end);
  });

  it('between records adds none: those that follow are the ones of an uninterrupted run', async () => {
    const controller = new AbortController();
    const stopping: Objective = {
      evaluate: (at, step) => {
        if (step === 3) controller.abort();
        return objective.evaluate(at, step);
      },
    };
    const { items, end } = await run({
      stepper: integrate(plainFlow, stopping, euler({ fixedStep: 0.1 })),
      recordEvery: 100,
      signal: controller.signal,
    });
    expect(items.map(({ step }) => step)).toEqual([0]);
    expect(end).toMatchObject({ reason: 'aborted', state: { step: 3 } });
  });

  it('before the start ends with the first point', async () => {
    const { items, end } = await run({ signal: AbortSignal.abort() });
    expect(items.map(({ step }) => step)).toEqual([0]);
    expect(end).toMatchObject({ reason: 'aborted', state: { step: 0 } });
  });

  it('from a timer is heard though no step ever waits', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const { end } = await run({ recordEvery: 1e9, signal: controller.signal });
    expect(end.reason).toBe('aborted');
    expect(end.state.step).toBeGreaterThan(0);
  });
});

describe('divergence', () => {
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
    const error = await run({ stepper: diverging }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    const good = (await run({ stop: { steps: 3 } })).end.state;
    expect(error).toMatchObject({ field, step: 4, lastState: good });
  });

  it('at the start has no last state', async () => {
    const broken = integrate(plainFlow, failing(0, 'loss'), euler({ fixedStep: 0.1 }));
    const error = await run({ stepper: broken }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ step: 0, lastState: undefined });
  });
});

it.each(steppers)('a step of $name ends with the batch of the next', async ({ make }) => {
  const noisy = noisyPull(someModel({ inputDim: 4, experts: 3 }, 5).params);
  const { items } = await run({ stepper: make(noisy), stop: { steps: 5 } });
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
        async (of, cuts, recordEvery) => {
          const common = { teacher, recordEvery, stepper: make(of) };
          const plateau = { steps: 25, relative: 1e-2 };
          const whole = await run({ ...common, stop: { steps: 30, plateau } });
          const records = [];
          let resume: TrainOptions['resume'];
          for (const steps of [...cuts.toSorted((x, y) => x - y), 30]) {
            const options = { ...common, stepper: make(of), stop: { steps, plateau } };
            const part = await run(resume ? { ...options, resume } : options);
            records.push(...part.items);
            resume = loadState(saveState(part.end.state));
          }
          expect(resume).toEqual(whole.end.state);
          const due = (step: number) => step % recordEvery === 0;
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
    const { end } = await run({ stepper: counting, stop: { steps: 5 } });
    const before = meter.count;
    await run({ stepper: counting, resume: end.state, stop: { steps: 5 } });
    expect(meter.count).toBe(before);
  });
});

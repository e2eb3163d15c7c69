import type { Params } from '@softmoe/model';
import { sampleBatch } from '@softmoe/teacher';
import { type Backend, createReferenceBackend } from '../src/index.ts';
import { type Wrong, wrong } from './wrong.ts';

const reference = createReferenceBackend();
const NOTHING = {} as Params;

/** Backends that give right numbers and misbehave otherwise. */
export const wrongBehaviour: Readonly<Record<string, Wrong>> = {
  'lets results depend on earlier calls': wrong(
    (() => {
      let calls = 0;
      return {
        async predict(...args) {
          const tremble = 1 + 1e-14 * (calls++ % 3);
          return (await reference.predict(...args)).map((f) => tremble * f);
        },
      } satisfies Partial<Backend>;
    })(),
    /same bits for the same call/,
  ),
  'hands out its own memory': wrong(
    (() => {
      const memory = new Float64Array(1000);
      return {
        async units(...args) {
          const outputs = await reference.units(...args);
          memory.set(outputs);
          return memory.subarray(0, outputs.length);
        },
      } satisfies Partial<Backend>;
    })(),
    /hands out memory/,
  ),
  'writes to its inputs': wrong(
    {
      async predict(model, inputs, size) {
        const outputs = await reference.predict(model, inputs, size);
        inputs[0] = 7;
        return outputs;
      },
    },
    /leaves model and batch/,
  ),
  'normalises the parameters in place': wrong(
    {
      async predict(model, inputs, size) {
        const outputs = await reference.predict(model, inputs, size);
        const { data } = model.params.router;
        data[0] = data[0]! * (1 + 1e-15);
        return outputs;
      },
    },
    /leaves model and batch/,
  ),
  'remembers parameters by their spec': wrong(
    (() => {
      const seen = new Map<unknown, Parameters<Backend['predict']>[0]>();
      return {
        async predict(model, inputs, size) {
          const first = seen.get(model.spec) ?? model;
          seen.set(model.spec, first);
          return reference.predict(first, inputs, size);
        },
      } satisfies Partial<Backend>;
    })(),
    /parameters alone/,
  ),
  'mixes up overlapping calls': wrong(
    (() => {
      let current: Parameters<Backend['predict']> | undefined;
      return {
        async predict(...args) {
          await reference.predict(...args);
          current = args;
          await Promise.resolve();
          const mine = current;
          return reference.predict(...mine);
        },
      } satisfies Partial<Backend>;
    })(),
    /overlapping calls/,
  ),
  'takes any arguments': wrong(
    {
      async predict(_, __, size) {
        return new Float64Array(Math.max(0, Math.floor(size)) || 0);
      },
      async lossAndGradient() {
        return { loss: 0, gradient: NOTHING };
      },
    },
    /^refuses/,
  ),
  'throws instead of rejecting': wrong(
    {
      predict(model, inputs, size) {
        if (inputs.length !== size * model.spec.inputDim) throw new RangeError('bad');
        return reference.predict(model, inputs, size);
      },
    },
    /^refuses (inputs|no inputs)/,
  ),
  'rejects with an error that names nothing': wrong(
    {
      async lossAndGradient(model, batch) {
        return reference.lossAndGradient(model, batch).catch(() => {
          throw new Error('bad batch');
        });
      },
    },
    /^refuses/,
  ),
  'blames the inputs for the targets': wrong(
    {
      async lossAndGradient(model, batch) {
        const { inputs, size } = batch;
        return reference.lossAndGradient(model, batch).catch(() => {
          return reference.lossAndGradient(model, { ...batch, inputs: inputs.slice(1), size });
        });
      },
    },
    /^refuses targets/,
  ),
  'is broken after an error': wrong(
    (() => {
      let broken = false;
      return {
        async units(...args) {
          if (broken) throw new Error('broken');
          return reference.units(...args).catch((error) => {
            broken = true;
            throw error;
          });
        },
      } satisfies Partial<Backend>;
    })(),
    /^refuses inputs that are too short/,
  ),
  'does not say what it is': wrong(
    { info: { ...reference.info, name: '', threads: 0 } },
    /says what it is/,
  ),
  'throws on everything': wrong(
    {
      async predict() {
        throw new Error('no');
      },
    },
    /(gate|routing), .* expert/,
  ),
};

const online = (onlineStep: NonNullable<Backend['onlineStep']>, rules: RegExp): Wrong =>
  wrong({ onlineStep }, rules);

const step = (...[model, teacher, draw]: Parameters<NonNullable<Backend['onlineStep']>>) =>
  reference.lossAndGradient(model, sampleBatch(teacher, draw));

/** Backends whose fused step differs from the composed one. */
export const wrongOnline: Readonly<Record<string, Wrong>> = {
  'draws without noise': online(
    async (model, teacher, draw) => step(model, teacher, { ...draw, noise: 0 }),
    /onlineStep: label noise/,
  ),
  'draws the same batch each step': online(
    async (model, teacher, draw) => step(model, teacher, { ...draw, step: 0 }),
    /onlineStep: .*seed, stream and step/,
  ),
  'draws whole blocks': online(
    async (model, teacher, draw) =>
      step(model, teacher, { ...draw, size: 64 * Math.ceil(draw.size / 64) }),
    /onlineStep: any (size|number)/,
  ),
  'labels with its own gate': online(async (model, teacher, draw) => {
    const { experts } = teacher.spec;
    return step(model, { ...teacher, spec: { ...model.spec, experts } }, draw);
  }, /onlineStep: .*(gate and an expert of its own|softmax routing of either)/),
  'takes any draw': online(
    async (model, teacher, draw) =>
      step(model, teacher, draw).catch(() => ({ loss: 0, gradient: NOTHING })),
    /onlineStep: .*bad draw/,
  ),
  'draws anew for the same draw': online(
    (() => {
      let calls = 0;
      return async (model, teacher, draw) =>
        step(model, teacher, { ...draw, noise: 1e-9 * calls++ });
    })(),
    /onlineStep: .*same bits for the same draw/,
  ),
};

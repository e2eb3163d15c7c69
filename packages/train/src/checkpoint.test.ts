import {
  createMoE,
  FormatError,
  type NDArray,
  type Params,
  SoftmoeError,
  saveMoE,
  ValueError,
} from '@softmoe/model';
import { decodeTensors, encodeTensors } from '@softmoe/model/checks';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyModel, someModel } from '../../model/test/models.ts';
import { pull } from '../fixtures/objectives.ts';
import { steppers } from '../fixtures/steppers.ts';
import { loadState, saveState } from './checkpoint.ts';
import type { TrainState } from './state.ts';

const shape = { inputDim: 3, experts: 2 };
const objective = pull(someModel(shape, 5).params);

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const name = fc.stringMatching(/^[a-z]{1,8}$/);
/** Numbers that JSON has and those that it hasn't, texts, flags, parameters, and lists and objects of them. */
const memoryOf = (params: fc.Arbitrary<Params>) =>
  fc.letrec((tie) => ({
    part: fc.oneof(
      { maxDepth: 3 },
      fc.double(),
      fc.constantFrom(-0, Infinity, -Infinity, NaN),
      fc.string(),
      fc.boolean(),
      params,
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('part'), { maxLength: 4 }),
    object: fc.dictionary(name, tie('part'), { maxKeys: 4 }),
  })).part;
const anyState: fc.Arbitrary<TrainState> = fc
  .oneof(anyModel(shape), anyModel({ ...shape, routing: 'softmax', expert: { kind: 'gelu' } }))
  .chain((model) => {
    const like = (params: Params): fc.Arbitrary<Params> =>
      fc.record(
        Object.fromEntries(
          Object.entries(params).map(([name, { shape: s, data }]) => [
            name,
            fc
              .array(number, { minLength: data.length, maxLength: data.length })
              .map((xs): NDArray => ({ shape: s, data: Float64Array.from(xs) })),
          ]),
        ),
      );
    return fc.record(
      {
        step: fc.nat(),
        time: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
        model: fc.constant(model),
        evaluation: fc.record({ loss: number, gradient: like(model.params) }),
        memory: fc.dictionary(name, memoryOf(like(model.params))),
        stalled: fc.constant(true as const),
        plateau: fc.record({ loss: number, step: fc.nat() }),
      },
      { requiredKeys: ['step', 'time', 'model', 'evaluation', 'memory'] },
    );
  });

/** All bits of all numbers, in the order of names: toEqual compares values only. */
function bits(state: TrainState): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (typeof value === 'number')
      return Buffer.from(Float64Array.of(value).buffer).toString('hex');
    if (value instanceof Float64Array)
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
    return value;
  });
}

it('loadState after saveState is the identity, bit for bit', () => {
  fc.assert(
    fc.property(anyState, (state) => {
      const loaded = loadState(saveState(state));
      expect(loaded).toEqual(state);
      expect(bits(loaded)).toBe(bits(state));
    }),
  );
});

it('numbers that JSON has not go through a file as they are', () => {
  const numbers = [-0, 0, Infinity, -Infinity, NaN, 5e-324, Number.MAX_VALUE, 0.1 + 0.2];
  const evaluation = { loss: -0, gradient: someModel(shape).params };
  const state = { step: 3, time: 0, model: someModel(shape), evaluation, memory: { numbers } };
  expect(bits(loadState(saveState(state)))).toBe(bits(state));
});

it.each(steppers)('holds the state of $name', async ({ make }) => {
  const stepper = make(objective);
  const state = await stepper.step(await stepper.init(someModel(shape)));
  expect(loadState(saveState(state))).toEqual(state);
});

describe('loadState refuses', () => {
  const stepper = steppers[1]!.make(objective);
  const saved = stepper.init(someModel(shape)).then(saveState);
  type Parts = Record<string, unknown> & { evaluation: Record<string, unknown> };
  /** The file of that state with other tensors, other parts in its metadata, or another version. */
  async function edited(change: {
    tensors?: (tensors: Record<string, NDArray>) => void;
    parts?: (parts: Parts) => void;
    version?: string;
  }) {
    const { tensors, metadata } = decodeTensors(await saved);
    const parts = JSON.parse(metadata['softmoe.state.parts']!) as Parts;
    const copy = { ...tensors };
    change.tensors?.(copy);
    change.parts?.(parts);
    return encodeTensors(copy, {
      ...metadata,
      'softmoe.state.parts': JSON.stringify(parts),
      ...(change.version ? { 'softmoe.state': change.version } : {}),
    });
  }

  it.each<[string, string, Parameters<typeof edited>[0]]>([
    ['a state without its step', 'state/step', { parts: (parts) => delete parts.step }],
    ['a state without its loss', 'evaluation/loss', { parts: (p) => delete p.evaluation.loss }],
    ['a state without its memory', 'state/memory', { parts: (parts) => delete parts.memory }],
    [
      'a state without a gradient',
      'gradient/expert',
      { tensors: (tensors) => delete tensors['state/evaluation/gradient/expert'] },
    ],
    [
      'a state without an entry of its gradient',
      'gradient/expert',
      {
        tensors: (tensors) => delete tensors['state/evaluation/gradient/expert'],
        parts: ({ evaluation }) => delete (evaluation.gradient as Record<string, unknown>).expert,
      },
    ],
    ['a file of another version', 'softmoe.state: must be 2', { version: '1' }],
  ])('%s', async (_, name, change) => {
    const bytes = await edited(change);
    expect(() => loadState(bytes)).toThrow(FormatError);
    expect(() => loadState(bytes)).toThrow(name);
    expect(() => loadState(bytes)).toThrow('Start again from config.json');
  });

  it.each<[string, Parameters<typeof edited>[0]]>([
    ['half a step', { parts: (parts) => void Object.assign(parts, { step: 0.5 }) }],
    ['a step that is a list', { parts: (parts) => void Object.assign(parts, { step: [1, 2] }) }],
    [
      'a loss that is not a number',
      { parts: ({ evaluation }) => void Object.assign(evaluation, { loss: { $number: 'NaN' } }) },
    ],
    [
      'a number that is none',
      { parts: ({ evaluation }) => void Object.assign(evaluation, { loss: { $number: '1.5' } }) },
    ],
    [
      'a gradient of another shape',
      {
        tensors: (tensors) => {
          tensors['state/evaluation/gradient/router'] = { shape: [1], data: Float64Array.of(1) };
        },
      },
    ],
    [
      'rows that are no unit vectors',
      {
        tensors: (tensors) => {
          tensors.router = { shape: [2, 3], data: new Float64Array(6) };
        },
      },
    ],
    [
      'an unknown parameter',
      {
        tensors: (tensors) => {
          tensors.extra = { shape: [1], data: Float64Array.of(1) };
        },
      },
    ],
  ])('%s', async (_, change) => {
    const bytes = await edited(change);
    expect(() => loadState(bytes)).toThrow(SoftmoeError);
  });

  it('a file of version 1, by name', async () => {
    const { tensors, metadata } = decodeTensors(await saved);
    const { 'softmoe.state': _, 'softmoe.state.parts': __, ...old } = metadata;
    const bytes = encodeTensors(
      { ...tensors, 'state/step': { shape: [], data: Float64Array.of(0) } },
      old,
    );
    expect(() => loadState(bytes)).toThrow(FormatError);
    expect(() => loadState(bytes)).toThrow('none, as in 1');
  });

  it('every truncation', async () => {
    const bytes = await saved;
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => loadState(bytes.subarray(0, length))).toThrow(SoftmoeError);
    }
  });

  it('a file that holds a model alone', () => {
    const { spec, params } = someModel(shape);
    const bytes = encodeTensors(createMoE(spec, params).params, {});
    expect(() => loadState(bytes)).toThrow(FormatError);
    expect(() => loadState(saveMoE(someModel(shape)))).toThrow(FormatError);
  });

  it('to let a list in the memory pass for a number: the stepper says so', async () => {
    const bytes = await edited({
      parts: ({ memory }) => void Object.assign(memory as object, { stepSize: [1] }),
    });
    await expect(stepper.step(loadState(bytes))).rejects.toThrow(SoftmoeError);
    await expect(stepper.step(loadState(bytes))).rejects.toThrow('state.memory.stepSize');
  });
});

it.each(steppers)('$name refuses a state whose memory has another field', async ({ make }) => {
  const stepper = make(objective);
  const state = await stepper.init(someModel(shape));
  const memory = { ...(state.memory as object), extra: 1 };
  const foreign = loadState(saveState({ ...state, memory }));
  await expect(stepper.step(foreign)).rejects.toThrow(ValueError);
  await expect(stepper.step(foreign)).rejects.toThrow('another method');
});

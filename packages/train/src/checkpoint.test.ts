import {
  createMoE,
  decodeTensors,
  encodeTensors,
  FormatError,
  type NDArray,
  type Params,
  SoftmoeError,
} from '@softmoe/model';
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
        method: fc.record({
          numbers: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), number),
          arrays: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), like(model.params)),
        }),
        plateau: fc.record({ loss: number, step: fc.nat() }),
      },
      { requiredKeys: ['step', 'time', 'model', 'evaluation', 'method'] },
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

it.each(steppers)('holds the state of $name', async ({ make }) => {
  const stepper = make(objective);
  const state = await stepper.step(await stepper.init(someModel(shape)));
  expect(loadState(saveState(state))).toEqual(state);
});

describe('loadState refuses', () => {
  const stepper = steppers[1]!.make(objective);
  const saved = stepper.init(someModel(shape)).then(saveState);
  const edited = async (edit: (tensors: Record<string, NDArray>) => void) => {
    const { tensors, metadata } = decodeTensors(await saved);
    const copy = { ...tensors };
    edit(copy);
    return encodeTensors(copy, metadata);
  };

  it.each([
    ['a state without its step', 'state/step'],
    ['a state without its loss', 'state/loss'],
    ['a state without a gradient', 'gradient/expert'],
  ])('%s', async (_, name) => {
    const bytes = await edited((tensors) => {
      delete tensors[name];
    });
    expect(() => loadState(bytes)).toThrow(FormatError);
    expect(() => loadState(bytes)).toThrow(name);
  });

  it.each<[string, string, NDArray]>([
    ['half a step', 'state/step', { shape: [], data: Float64Array.of(0.5) }],
    ['a step that is a list', 'state/step', { shape: [2], data: Float64Array.of(1, 2) }],
    ['a loss that is not a number', 'state/loss', { shape: [], data: Float64Array.of(Number.NaN) }],
    ['a gradient of another shape', 'gradient/router', { shape: [1], data: Float64Array.of(1) }],
    ['a list for a number', 'method/stepSize', { shape: [1], data: Float64Array.of(1) }],
    ['rows that are no unit vectors', 'router', { shape: [2, 3], data: new Float64Array(6) }],
    ['an unknown parameter', 'extra', { shape: [1], data: Float64Array.of(1) }],
  ])('%s', async (_, name, array) => {
    const bytes = await edited((tensors) => {
      tensors[name] = array;
    });
    expect(() => loadState(bytes)).toThrow(SoftmoeError);
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
  });
});

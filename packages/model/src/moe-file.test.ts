import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moe } from '../test/arbitraries.ts';
import { expectError } from '../test/expect-error.ts';
import { SoftmoeError } from './errors.ts';
import { gateOf } from './gate.ts';
import { createMoE, type NormalisedRows } from './moe.ts';
import { loadMoE, saveMoE } from './moe-file.ts';
import { ndarray } from './ndarray.ts';
import { decodeTensors, encodeTensors } from './safetensors.ts';
import type { MoE } from './spec.ts';

const model: MoE = createMoE(
  {
    inputDim: 2,
    experts: 2,
    gate: 'tanh',
    expert: { kind: 'series', coefficients: [-0, 0.1, 5e-324] },
    routing: 'independent',
  },
  {
    router: ndarray([2, 2], [1, -0, 0.6, 0.8]),
    expert: ndarray([2, 2], [-1, 5e-324, 0, 1]),
    amplitude: ndarray([2], [-0, Number.MAX_VALUE]),
  },
);

/** The file of `model` with some of its metadata and tensors changed. */
function changed(metadata: object, tensors: object = {}): Uint8Array {
  const file = decodeTensors(saveMoE(model));
  const all = Object.entries({ ...file.metadata, ...metadata });
  return encodeTensors(
    { ...file.tensors, ...tensors },
    Object.fromEntries(all.filter(([, text]) => text !== undefined)),
  );
}

describe('saveMoE and loadMoE', () => {
  it('are inverse to each other, bit for bit', () => {
    fc.assert(
      fc.property(moe(), (original) => {
        const bytes = saveMoE(original);
        const loaded = loadMoE(bytes);
        expect(loaded).toEqual(original);
        expect(saveMoE(loaded)).toEqual(bytes);
      }),
    );
  });

  it('keep the length of routers, also of a gate given as the object that has it', () => {
    const gate = { name: 'tanh', norm: 0.1 + 0.2 } as const;
    const sharp = { ...model, spec: { ...model.spec, gate } } as MoE;
    expect(loadMoE(saveMoE(sharp)).spec.gate).toEqual(gate);
    const object = { ...model, spec: { ...model.spec, gate: gateOf(gate) } } as MoE;
    expect(saveMoE(object)).toEqual(saveMoE(sharp));
  });

  it('keep router rows of any length where the gate says that they are free', () => {
    const { router } = model.params;
    const longer = { shape: router.shape, data: router.data.map((x) => 3 * x) };
    const spec = { ...model.spec, gate: { name: 'tanh', norm: 'free' } } as MoE['spec'];
    const free = { spec, params: { ...model.params, router: longer } };
    expect(loadMoE(saveMoE(free))).toEqual(free);
  });

  it('keep −0, subnormal and large numbers, in the spec too', () => {
    expect(loadMoE(saveMoE(model))).toEqual(model);
  });

  it('normalise rows of a float32 file and tell of it, or refuse it where nobody is told', () => {
    const bytes = changed(
      {},
      { router: ndarray([2, 2], [Math.fround(0.6), Math.fround(0.8), 1, 0]) },
    );
    const told: NormalisedRows[] = [];
    const loaded = loadMoE(bytes, (normalised) => told.push(normalised));
    const off = Math.hypot(Math.fround(0.6), Math.fround(0.8)) - 1;
    expect(told).toEqual([{ kind: 'rows-normalised', value: Math.abs(off), rows: 1 }]);
    expect(Math.hypot(...loaded.params.router.data.slice(0, 2))).toBe(1);
    expect([...loaded.params.router.data.slice(2)]).toEqual([1, 0]);
    expect(loaded.params.expert).toEqual(model.params.expert);
    expectError(() => loadMoE(bytes), 'ValueError', 'params.router[0]', 1 + off, /second argument/);
    const far = changed({}, { router: ndarray([2, 2], [0.3, 0.4, 1, 0]) });
    const load = () => loadMoE(far, (normalised) => told.push(normalised));
    expectError(load, 'ValueError', 'params.router[0]', 0.5, /normaliseRows/);
    expect(told).toHaveLength(1);
  });

  it('leave rows within 4 ulp of unit length as they are, and say nothing', () => {
    const near = changed({}, { expert: ndarray([2, 2], [1 + 4 * Number.EPSILON, 0, 0, 1]) });
    const loaded = loadMoE(near, () => expect.unreachable());
    expect(loaded.params.expert.data[0]).toBe(1 + 4 * Number.EPSILON);
  });

  it('write plain float64 tensors and a readable spec', () => {
    const { tensors, metadata } = decodeTensors(saveMoE(model));
    expect(Object.keys(tensors)).toEqual(['router', 'expert', 'amplitude']);
    expect(metadata['softmoe.version']).toBe('1');
    expect(JSON.parse(metadata['softmoe.spec'] ?? '')).toEqual(model.spec);
  });
});

describe('saveMoE refuses', () => {
  it('parameters that make no model', () => {
    const params = { ...model.params, amplitude: ndarray([2], [1, NaN]) };
    const action = () => saveMoE({ ...model, params });
    expectError(action, 'ValueError', 'params.amplitude[1]', NaN, /diverged/);
  });
});

describe('loadMoE refuses', () => {
  it('a file truncated at any byte', () => {
    const bytes = saveMoE(model);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => loadMoE(bytes.subarray(0, length))).toThrow(SoftmoeError);
    }
  });

  it.each(['2', '', undefined])('version %o', (version) => {
    const action = () => loadMoE(changed({ 'softmoe.version': version }));
    expectError(action, 'FormatError', 'metadata.softmoe.version', version, /saveMoE/);
  });

  it('tensors that were never a model', () => {
    const action = () => loadMoE(encodeTensors(model.params));
    expectError(action, 'FormatError', 'metadata.softmoe.version', undefined, /saveMoE/);
    const noSpec = () => loadMoE(changed({ 'softmoe.spec': undefined }));
    expectError(noSpec, 'FormatError', 'metadata.softmoe.version', '1', /saveMoE/);
  });

  it('a spec that is no JSON, or no spec', () => {
    const load = (spec: string) => () => loadMoE(changed({ 'softmoe.spec': spec }));
    const field = 'metadata.softmoe.spec';
    expectError(load('{'), 'FormatError', field, '{', /new copy/);
    expectError(load('{"gate":1,"gate":2}'), 'FormatError', field, 'gate', /unique names/);
    expectError(load('{"__proto__":{}}'), 'FormatError', field, '__proto__', /__proto__/);
    expectError(load('null'), 'ValueError', 'spec', null, /inputDim, experts/);
    expectError(load('[1]'), 'UnknownNameError', 'spec.0', '0', /inputDim/);
    expectError(load('{}'), 'ValueError', 'spec.inputDim', undefined, /at least 1/);
    const deep = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;
    const spec = JSON.stringify({ ...model.spec, gate: 0 }).replace('"gate":0', `"gate":${deep}`);
    expect(load(spec)).toThrow(SoftmoeError);
  });

  it('parameters that do not fit the spec', () => {
    const load = (tensors: object) => () => loadMoE(changed({}, tensors));
    const extra = load({ routerBias: ndarray([2], [0, 0]) });
    expectError(extra, 'UnknownNameError', 'params.routerBias', 'routerBias', /amplitude/);
    const shape = load({ expert: ndarray([1, 4], [1, 0, 0, 0]) });
    expectError(shape, 'ShapeError', 'params.expert.shape', [1, 4], /inputDim/);
    const infinite = load({ amplitude: ndarray([2], [1, -Infinity]) });
    expectError(infinite, 'ValueError', 'params.amplitude[1]', -Infinity, /diverged/);
    const long = load({ router: ndarray([2, 2], [1, 0, 1, 1]) });
    expectError(long, 'ValueError', 'params.router[1]', Math.SQRT2, /normaliseRows/);
    const huge = JSON.stringify({ ...model.spec, inputDim: 2 ** 40, experts: 2 ** 20 });
    const action = () => loadMoE(changed({ 'softmoe.spec': huge }));
    expectError(action, 'ShapeError', 'params.router.shape', [2, 2], /inputDim/);
  });

  it('or gives a valid model, whatever bytes are changed', () => {
    const bytes = saveMoE(model);
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      to: fc.oneof(fc.nat(255), fc.constantFrom(...new TextEncoder().encode('[]{},:"\\019-eF'))),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = bytes.slice();
        for (const { at, to } of changes) damaged[at] = to;
        try {
          const { spec, params } = loadMoE(damaged);
          expect(createMoE(spec, params)).toEqual({ spec, params });
        } catch (error) {
          expect(error).toBeInstanceOf(SoftmoeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

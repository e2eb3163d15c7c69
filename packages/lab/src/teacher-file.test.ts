import { ndarray, normaliseRows, saveMoE } from '@softmoe/model';
import { encodeTensors } from '@softmoe/model/checks';
import { dump } from 'npyjs';
import { describe, expect, it } from 'vitest';
import { arrays, npz, teacher } from '../fixtures/teacher-arrays.ts';
import { decodeTeacher, holdsTensors } from './teacher-file.ts';

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('a file of a teacher', () => {
  it('may be a model, and arrays as .npz, JSON or bare tensors: the same teacher', () => {
    const plain = { teacher, warnings: [] };
    expect(decodeTeacher(saveMoE(teacher), 't')).toEqual({ ...plain, bare: false });
    for (const bytes of [npz(), json(arrays), encodeTensors(teacher.params)]) {
      expect(decodeTeacher(bytes, 't')).toEqual({ ...plain, bare: true });
    }
  });

  it('is known from a text by how it begins', () => {
    const binary = [saveMoE(teacher), npz(), new Uint8Array(dump(Float64Array.of(1), [1]))];
    expect(binary.map(holdsTensors)).toEqual([true, true, true]);
    expect([json(arrays), new Uint8Array(0), Uint8Array.of(0x89, 0x50)].map(holdsTensors)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('of bare arrays has the gate, expert and routing of the config', () => {
    const kind = { gate: 'tanh', expert: { kind: 'relu' } } as const;
    expect(decodeTeacher(npz(), 't', kind).teacher.spec).toEqual({ ...teacher.spec, ...kind });
    const long = [
      [3, 4, 0, 0],
      [0, 0, 1, 0],
    ];
    const shared = decodeTeacher(npz({ router: long, routerBias: [0, 1] }), 't', {
      routing: 'softmax',
    });
    expect(shared.teacher.spec).toEqual({
      inputDim: 4,
      experts: 2,
      expert: teacher.spec.expert,
      routing: 'softmax',
    });
    expect(shared.teacher.params.router.data).toEqual(Float64Array.from(long.flat()));
    expect(shared.warnings).toEqual([]);
  });

  it('has its rows normalised, which is told, and those of length 1 as they are', () => {
    const long = decodeTeacher(
      npz({
        router: [
          [0.6, 0.8, 0, 0],
          [0, 3, 4, 0],
        ],
      }),
      't',
    );
    expect(long.warnings).toEqual([{ kind: 'rows-normalised', value: 4, rows: 1 }]);
    expect([...long.teacher.params.router.data]).toEqual([0.6, 0.8, 0, 0, 0, 0.6, 0.8, 0]);
    const low = {
      ...teacher.params,
      router: ndarray([2, 4], Float64Array.from(Float32Array.of(0.6, 0.8, 0, 0, 0, 0, 1, 0))),
    };
    const model = { spec: teacher.spec, params: { ...low, router: normaliseRows(low.router) } };
    expect(decodeTeacher(encodeTensors(low), 't')).toMatchObject({
      teacher: model,
      warnings: [{ rows: 1 }],
    });
  });

  it.each<[string, Uint8Array, string]>([
    [
      'without a router',
      json({ expert: arrays.expert, amplitude: [1, 1] }),
      'ShapeError: teacher.router: is missing in t (got ["expert", "amplitude"]). Write the arrays router, expert, amplitude.',
    ],
    [
      'with an unknown array',
      npz({ bias: [1, 2] }),
      'UnknownNameError: teacher.bias: is no array of a teacher, in t (got "bias"). Write the arrays router, expert, amplitude and no other.',
    ],
    [
      'with a vector for a router',
      npz({ router: [1, 2] }),
      'ShapeError: teacher.router: must have shape [k, d], k and d at least 1, in t (got [2]).',
    ],
    [
      'of no units',
      json({ router: [], expert: [], amplitude: [] }),
      'ShapeError: teacher.router: must have shape [k, d], k and d at least 1, in t (got [0]).',
    ],
    [
      'with fewer experts than routers',
      npz({ expert: [[1, 0, 0, 0]] }),
      'ShapeError: teacher.expert: must have shape [2, 4], to fit the router, in t (got [1, 4]). Write one row for each of the k experts over d inputs, and one amplitude for each.',
    ],
    [
      'with an amplitude too many',
      npz({ amplitude: [1, 1, 1] }),
      'ShapeError: teacher.amplitude: must have shape [2], to fit the router, in t (got [3]).',
    ],
    [
      'with NaN',
      npz({
        expert: [
          [0, 0, 0, 1],
          [1, 0, NaN, 0],
        ],
      }),
      'ValueError: teacher.expert[1, 2]: must be finite, in t (got NaN). Look for what made it before it was saved.',
    ],
    [
      'with an infinite amplitude',
      npz({ amplitude: [1, Infinity] }),
      'ValueError: teacher.amplitude[1]: must be finite, in t (got Infinity).',
    ],
    [
      'with a row of zeros',
      npz({
        router: [
          [0, 0, 0, 0],
          [0, 0, 1, 0],
        ],
      }),
      'ValueError: teacher.router[0]: is a row of zeros, which has no direction, in t (got 0). Leave the unit out of all arrays, or give it a direction.',
    ],
    [
      'that is a single .npy',
      new Uint8Array(dump(Float64Array.of(1), [1])),
      'FormatError: teacher.file: holds a single array, and a teacher has three (got "t"). Write them together: numpy.savez(file, router=…, expert=…, amplitude=…).',
    ],
    [
      'that is a picture',
      Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]),
      'FormatError: t: is no text in UTF-8 or UTF-16',
    ],
    [
      'that is a list',
      json([1]),
      'FormatError: teacher.file: is neither a model nor arrays (got "t"). Give a .safetensors, .npz or .json file.',
    ],
  ])('%s is refused by name', (_, bytes, sentence) => {
    expect(() => decodeTeacher(bytes, 't')).toThrow(
      expect.toSatisfy(({ name, message }: Error) => `${name}: ${message}`.startsWith(sentence)),
    );
  });

  it('is refused with an unknown gate or expert of the config', () => {
    expect(() => decodeTeacher(npz(), 't', { gate: 'relu' as 'tanh' })).toThrow(/^gate: .*"relu"/);
    const cubic = { kind: 'cubic' as 'relu' } as const;
    expect(() => decodeTeacher(npz(), 't', { expert: cubic })).toThrow(/^expert.*"cubic"/);
  });
});

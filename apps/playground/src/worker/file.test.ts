import { createExperiment, parseConfig } from '@softmoe/lab';
import { type MoESpec, saveMoE } from '@softmoe/model';
import { encodeTensors, gateOf } from '@softmoe/model/checks';
import { describe, expect, it } from 'vitest';
import type { Part } from '../protocol.ts';
import { readFile } from './file.ts';
import { readSource } from './source.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const json = (value: unknown) => bytesOf(JSON.stringify(value));
const file = (bytes: Uint8Array, config: unknown = {}, as?: Part) =>
  readFile({ kind: 'file', name: 'file', bytes, config, ...(as && { as }) });

const { student: three } = createExperiment({ inputDim: 12, teachers: 2, students: 3 });

describe('a model as the teacher', () => {
  const bytes = saveMoE(three);

  it('determines the config, and takes as many students as there were, or as it has experts', async () => {
    const { config, teacher, student } = await file(
      bytes,
      { inputDim: 40, teachers: 2 },
      'teacher',
    );
    expect(config).toMatchObject({ inputDim: 12, teachers: 3, geometry: { kind: 'given' } });
    expect([teacher?.spec.experts, student]).toEqual([3, undefined]);
    const few = await file(bytes, { students: 2, teachers: 2 }, 'teacher');
    expect(few.config.students).toBe(3);
  });

  it('is kept where another field of its run is changed, and refuses what contradicts it', async () => {
    const { config } = await file(bytes, {}, 'teacher');
    const seventh = await file(bytes, { ...config, seed: 7 }, 'teacher');
    expect(seventh.config).toEqual({ ...config, seed: 7 });
    await expect(file(bytes, { ...config, inputDim: 20 }, 'teacher')).rejects.toThrow(
      /inputDim: must be that of the teacher given, 12/,
    );
    await expect(file(bytes, { ...config, gate: 'tanh' }, 'teacher')).rejects.toThrow(
      /gate: must be that of the teacher given, "sigmoid"/,
    );
  });

  it('brings the length of its routers, as a student does', async () => {
    const spec = { ...three.spec, gate: { name: 'tanh', norm: 2 } } as MoESpec;
    const sharp = saveMoE({ ...three, spec });
    for (const part of ['teacher', 'student'] as const) {
      const { config } = await file(sharp, { inputDim: 12, teachers: 2 }, part);
      expect(config).toMatchObject({ gate: 'tanh', routerNorm: 2 });
      const { config: plain } = await file(bytes, config, 'student');
      expect([plain.gate, plain.routerNorm]).toEqual(['sigmoid', 1]);
    }
  });

  it('is not known from a config alone, which says so', async () => {
    const { config } = await file(bytes, {}, 'teacher');
    expect(() => readSource({ kind: 'config', config })).toThrow(/Drop the file of the teacher/);
    await expect(file(json(config))).rejects.toThrow(/Drop the file of the teacher/);
  });

  it('gives way to a student from a file, in a config that draws its teacher', async () => {
    const { config } = await file(bytes, (await file(bytes, {}, 'teacher')).config);
    expect([config.teacher, config.geometry.kind]).toEqual([undefined, 'orthonormal']);
  });
});

describe('bare arrays', () => {
  const arrays = {
    router: [
      [0.6, 0.8, ...Array(10).fill(0)],
      [0, 0, 2, ...Array(9).fill(0)],
    ],
    expert: [
      [...Array(11).fill(0), 1],
      [...Array(10).fill(0), 1, 0],
    ],
    amplitude: [1, -0.5],
  };

  it('are the teacher unless told otherwise, of units as the config has them', async () => {
    for (const bytes of [json(arrays), encodeTensors(three.params)]) {
      const gate = 'tanh' as const;
      const { config, teacher, student, bare } = await file(bytes, { gate, students: 9 });
      expect(config).toMatchObject({
        inputDim: 12,
        students: 9,
        gate,
        geometry: { kind: 'given' },
      });
      expect(config.teachers).toBe(teacher?.spec.experts);
      expect([teacher?.spec.gate, student, bare]).toEqual([gate, undefined, true]);
    }
  });

  it('have their rows normalised, which is told', async () => {
    const { teacher, warnings } = await file(json(arrays));
    expect(warnings).toMatchObject([{ kind: 'rows-normalised', rows: 1 }]);
    expect(teacher?.params.router.data[12 + 2]).toBe(1);
    expect([...(teacher?.params.amplitude.data ?? [])]).toEqual([1, -0.5]);
  });

  it('may be the student of a drawn teacher', async () => {
    const { config, teacher, student, bare } = await file(json(arrays), { teachers: 4 }, 'student');
    expect(config).toMatchObject({ inputDim: 12, students: 2, teachers: 4 });
    expect([teacher, student?.spec.experts, bare]).toEqual([undefined, 2, true]);
  });

  it('are read anew where the gate of their run is changed; what they hold stays', async () => {
    const { config } = await file(json(arrays));
    const changed = await file(json(arrays), { ...config, gate: 'tanh' });
    expect(changed.config).toMatchObject({ gate: 'tanh', teachers: 2, inputDim: 12 });
    expect(changed.config.teacher?.sha256).not.toBe(config.teacher?.sha256);
    expect(changed.teacher?.params).toEqual((await file(json(arrays))).teacher?.params);
    await expect(file(json(arrays), { ...config, teachers: 3 })).rejects.toThrow(
      /^teachers: must be the 2 of the teacher given/,
    );
  });

  it.each([
    ['without experts', { expert: undefined }, /^teacher\.expert: is missing in file/],
    ['of one row too few', { amplitude: [1] }, /^teacher\.amplitude: must have shape \[2\]/],
    ['with a silent unit', { amplitude: [1, 0] }, /^teacher\.amplitude\[1\]: must not be 0/],
    ['with a number missing', { amplitude: [1, null] }, /^amplitude\[1\]: must be a number/],
    ['with another array', { bias: [1, 2] }, /^teacher\.bias: is no array of a teacher/],
    [
      'with a row of zeros',
      { router: [arrays.router[0], Array(12).fill(0)] },
      /^teacher\.router\[1\]: is a row of zeros/,
    ],
  ])('%s are refused by name', async (_, change, sentence) => {
    await expect(file(json({ ...arrays, ...change }))).rejects.toThrow(sentence);
  });

  it('whose gates compete are refused without their biases', async () => {
    await expect(file(json(arrays), { routing: 'softmax' })).rejects.toThrow(
      /^teacher\.routerBias: is missing in file/,
    );
  });
});

describe('a model from elsewhere', () => {
  it('with a gate of one’s own is refused: the page runs no code of others', async () => {
    const gate = { ...gateOf('tanh'), name: 'mine' };
    const bytes = saveMoE({ ...three, spec: { ...three.spec, gate } as MoESpec });
    await expect(file(bytes)).rejects.toThrow(
      /spec\.gate: is of the user’s own.*Choose one that is built in/,
    );
  });

  it('with numbers of another kind is told that, and no tale of a part of one’s own', async () => {
    const bytes = encodeTensors(three.params);
    const header = new TextDecoder().decode(bytes).replace('"F64"', '"I64"');
    const other = bytes.slice();
    other.set(bytesOf(header.slice(8, header.indexOf('}}') + 2)), 8);
    await expect(file(other)).rejects.toThrow(/is no dtype of parameters/);
  });
});

describe('a file', () => {
  it('may be a config, or a result with its config', async () => {
    const config = parseConfig({ inputDim: 32, seed: 5 });
    expect(await file(json(config))).toEqual({ config });
    expect(await file(bytesOf(` ${JSON.stringify({ certificate: {}, config })}`))).toEqual({
      config,
    });
  });

  it('may be a config in UTF-8 with a mark, and in UTF-16 as PowerShell writes it', async () => {
    const text = '\ufeff{ "inputDim": 32, "seed": 5 }';
    const units = Uint16Array.from(text, (letter) => letter.charCodeAt(0));
    const little = new Uint8Array(2 * units.length);
    const big = new Uint8Array(2 * units.length);
    for (const [i, unit] of units.entries()) {
      new DataView(little.buffer).setUint16(2 * i, unit, true);
      new DataView(big.buffer).setUint16(2 * i, unit, false);
    }
    for (const bytes of [bytesOf(text), little, big]) {
      expect((await file(bytes)).config).toMatchObject({ inputDim: 32, seed: 5 });
    }
  });

  it('may be a model, which is the student and brings its own spec', async () => {
    const { student } = createExperiment({ inputDim: 16, teachers: 2, students: 3, gate: 'tanh' });
    const start = await file(saveMoE(student), { teachers: 2, seed: 4 });
    expect([start.student, start.bare]).toEqual([student, false]);
    expect(start.config).toMatchObject({
      inputDim: 16,
      students: 3,
      teachers: 2,
      gate: 'tanh',
      seed: 4,
    });
  });

  it.each([
    ['JSON cut short', bytesOf('{ "inputDim": '), /is not JSON/],
    ['a config that is wrong', bytesOf('{ "inputDim": "many" }'), /inputDim/],
    ['a text', bytesOf('PNG or so'), /is no config and no model \(got "9 bytes"\)/],
    ['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), /is no text/],
    ['a list', bytesOf('[{}]'), /is no config/],
    ['a config that says a thing twice', bytesOf('{ "seed": 1, "seed": 2 }'), /seed/],
    ['nothing', new Uint8Array(0), /is empty/],
    ['far too long', bytesOf(`{${' '.repeat(2_000_000)}}`), /at most/],
    ['an archive cut short', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0), /arrays of NumPy/],
  ])('that is %s is refused with a remedy', async (_, bytes, sentence) => {
    await expect(file(bytes)).rejects.toThrow(sentence);
  });

  it('that is a sweep is called what it is, with the command that takes it', async () => {
    const sweep = { name: 'seeds', base: 'quick', grid: { seed: [1, 2] } };
    await expect(file(json(sweep))).rejects.toThrow(
      /^file: is a sweep, of many runs .* Do its runs with softmoe sweep/,
    );
  });
});

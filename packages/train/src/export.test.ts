import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NDArray, ndarray, ShapeError } from '@softmoe/model';
import fc from 'fast-check';
import { parse } from 'npyjs';
import { describe, expect, it } from 'vitest';
import { someModel } from '../../model/test/models.ts';
import { pull } from '../fixtures/objectives.ts';
import { collect } from '../fixtures/steppers.ts';
import { encodeNpy, overlapsToCsv, overlapsToNpy, recordsToCsv } from './export.ts';
import { plainFlow } from './fields.ts';
import { integrate } from './integrate.ts';
import { euler } from './methods/euler.ts';
import { run } from './run.ts';

const model = someModel({ inputDim: 4, experts: 3 });
const teacher = someModel({ inputDim: 4, experts: 2 }, 3);
const objective = pull(someModel({ inputDim: 4, experts: 3 }, 5).params);
const stepper = integrate(plainFlow, objective, euler({ fixedStep: 0.1 }));

async function recordsOf(withTeacher: boolean, steps = 3) {
  const options = { start: model, until: { steps } };
  return (await collect(run(stepper, withTeacher ? { ...options, record: { teacher } } : options)))
    .items;
}

const anyArray: fc.Arbitrary<NDArray> = fc
  .array(fc.nat(4), { minLength: 1, maxLength: 3 })
  .chain((shape) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return fc
      .array(fc.double(), { minLength: size, maxLength: size })
      .map((data) => ndarray(shape, data));
  });

describe('encodeNpy', () => {
  it('is read back by an independent reader', () => {
    fc.assert(
      fc.property(anyArray, (array) => {
        const read = parse(encodeNpy(array).buffer);
        expect(read).toEqual({ ...array, dtype: 'f8', fortranOrder: false });
      }),
    );
  });

  it('puts its data at a multiple of 64 bytes', () => {
    for (const shape of [[1], [2, 3], [1000, 25, 5]]) {
      const size = shape.reduce((product, n) => product * n, 1);
      const bytes = encodeNpy({ shape, data: new Float64Array(size) });
      expect((bytes.length - 8 * size) % 64).toBe(0);
      expect(bytes[bytes.length - 8 * size - 1]).toBe('\n'.charCodeAt(0));
    }
  });

  const numpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
  it.skipIf(!numpy)('is read by NumPy', () => {
    const folder = mkdtempSync(join(tmpdir(), 'softmoe-'));
    try {
      const file = join(folder, 'array.npy');
      for (const shape of [[6], [2, 3], [1, 2, 3], [0, 3]]) {
        const size = shape.reduce((product, n) => product * n, 1);
        const data = Float64Array.from({ length: size }, (_, i) => Math.sin(i) * 10 ** (50 * i));
        writeFileSync(file, encodeNpy({ shape, data }));
        const script = `import json, sys, numpy
a = numpy.load(sys.argv[1])
print(json.dumps([str(a.dtype), a.shape, a.ravel().tolist(), a.flags.c_contiguous]))`;
        const { stdout, stderr } = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
        expect(stderr).toBe('');
        expect(JSON.parse(stdout)).toEqual(['float64', shape, [...data], true]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('overlapsToNpy', () => {
  it('stacks the matrices of all records', async () => {
    const records = await recordsOf(true);
    const files = overlapsToNpy(records);
    const time = parse(files.time.buffer);
    expect([...(time.data as Float64Array)]).toEqual(records.map((record) => record.time));
    for (const name of ['expert', 'router'] as const) {
      const { shape, data } = parse(files[name].buffer);
      expect(shape).toEqual([4, 3, 2]);
      expect([...(data as Float64Array)]).toEqual(
        records.flatMap(({ overlaps }) => [...overlaps![name].data]),
      );
    }
  });

  it('refuses records without overlaps or of several sizes, and none at all', async () => {
    const records = await recordsOf(true);
    const [other] = await recordsOf(false);
    const odd = {
      ...records[0]!,
      overlaps: { expert: ndarray([1, 2], [0, 0]), router: ndarray([1, 2], [0, 0]) },
    };
    for (const write of [overlapsToNpy, overlapsToCsv]) {
      expect(() => write([])).toThrow(ShapeError);
      expect(() => write([...records, other!])).toThrow('records[4].overlaps.expert');
      expect(() => write([...records, odd])).toThrow(ShapeError);
    }
  });
});

describe('overlapsToCsv', () => {
  it('has one row an entry, and numbers that read back exactly', async () => {
    const records = await recordsOf(true);
    const [header, ...rows] = overlapsToCsv(records).trimEnd().split('\n');
    expect(header).toBe('time,kind,student,teacher,overlap');
    expect(rows).toHaveLength(4 * 2 * 3 * 2);
    const seen = new Set<string>();
    for (const row of rows) {
      const [time, kind, i, j, overlap] = row.split(',');
      const record = records.find((record) => record.time === Number(time));
      const { shape, data } = record!.overlaps![kind as 'expert' | 'router'];
      expect(Number(overlap)).toBe(data[Number(i) * shape[1]! + Number(j)]);
      seen.add(`${time},${kind},${i},${j}`);
    }
    expect(seen.size).toBe(rows.length);
  });
});

describe('recordsToCsv', () => {
  const header = 'step,time,loss,gradientNorm,amplitude_0,amplitude_1,amplitude_2';

  it('has one row a record and numbers that read back exactly', async () => {
    const records = await recordsOf(true);
    const [first, ...rows] = recordsToCsv(records).trimEnd().split('\n');
    expect(first).toBe(`${header},student_0,student_1,expert_0,expert_1,router_0,router_1`);
    expect(rows.map((row) => row.split(',').map(Number))).toEqual(
      records.map(({ step, time, loss, gradientNorm, amplitude, alignment }) => [
        step,
        time,
        loss,
        gradientNorm,
        ...amplitude,
        ...alignment!.student,
        ...alignment!.expert,
        ...alignment!.router,
      ]),
    );
  });

  it('has the lengths of routers where these are their own', async () => {
    const records = (await recordsOf(true)).map((record) => ({
      ...record,
      routerLength: [1, 2, 3],
    }));
    const [first, row] = recordsToCsv(records).split('\n');
    const names = 'routerLength_0,routerLength_1,routerLength_2';
    expect(first).toContain(`amplitude_2,${names},student_0`);
    expect(row!.split(',').slice(7, 10)).toEqual(['1', '2', '3']);
  });

  it('leaves the alignment out without a teacher', async () => {
    expect(recordsToCsv(await recordsOf(false, 0)).split('\n')[0]).toBe(header);
  });

  it('refuses records of different columns', async () => {
    const mixed = [...(await recordsOf(true)), ...(await recordsOf(false))];
    expect(() => recordsToCsv(mixed)).toThrow('records[4]');
    expect(() => recordsToCsv(mixed)).toThrow(ShapeError);
  });
});

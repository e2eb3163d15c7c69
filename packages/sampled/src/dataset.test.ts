import { ShapeError, UnknownNameError, ValueError } from '@softmoe/model';
import { normals } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { dataset, type SplitOptions, type Table } from './dataset.ts';
import { inputDimOf, standardise, toTarget } from './standardisation.ts';

/** A table of 50 rows with columns of very different units. */
const size = 50;
const rows = Array.from({ length: size }, (_, i) => [1000 + 3 * i, 1e-6 * ((7 * i) % 11)]);
const targets = rows.map(([a = 0, b = 0]) => 5 + 0.1 * a + 1e6 * b);
const names = ['length', 'mass'];
const table: Table = { inputs: rows, targets, names, target: 'age' };

const mean = (x: ArrayLike<number>) => Array.from(x).reduce((sum, y) => sum + y, 0) / x.length;
const std = (x: ArrayLike<number>) => Math.sqrt(mean(Array.from(x, (y) => y * y)) - mean(x) ** 2);

describe('dataset', () => {
  it('gives inputs and target of the rows to train on mean 0 and standard deviation 1', () => {
    const { train, standardisation } = dataset(table);
    for (const j of [0, 1]) {
      const column = train.inputs.filter((_, i) => i % 3 === j);
      expect(mean(column)).toBeCloseTo(0, 13);
      expect(std(column)).toBeCloseTo(1, 13);
    }
    expect(mean(train.targets)).toBeCloseTo(0, 13);
    expect(std(train.targets)).toBeCloseTo(1, 13);
    expect(standardisation.inputs.map(({ name }) => name)).toEqual(names);
    expect(standardisation.target.name).toBe('age');
  });

  it('deals every row to one part, by seed and stream alone', () => {
    for (const n of [10, 37, 200]) {
      const inputs = normals({ seed: 1, stream: 'x', step: 0, size: n }, 1);
      const one = dataset({ inputs, targets: inputs }, { seed: n });
      const other = dataset({ inputs: inputs.map((x) => 2 * x), targets: inputs }, { seed: n });
      const all = [...one.rows.train, ...one.rows.validation, ...one.rows.test];
      expect(all.toSorted((i, j) => i - j)).toEqual([...Array(n).keys()]);
      expect(one.rows.test.length).toBe(Math.round(0.2 * n));
      expect(other.rows).toEqual(one.rows);
    }
    expect(dataset(table, { seed: 1 }).rows).not.toEqual(dataset(table, { seed: 2 }).rows);
    expect(dataset(table, { stream: 'a' }).rows).not.toEqual(dataset(table).rows);
  });

  it('standardises validation and test by the rows to train on, and a new row likewise', () => {
    const { standardisation, rows: dealt, test, validation } = dataset(table);
    for (const [part, points] of [
      [dealt.test, test],
      [dealt.validation, validation],
    ] as const) {
      const raw = Float64Array.from([...part].flatMap((row) => rows[row] ?? []));
      expect(standardise(standardisation, raw, part.length)).toEqual(points.inputs);
      const back = toTarget(standardisation, points.targets);
      for (const [i, row] of part.entries()) expect(back[i]).toBeCloseTo(targets[row] ?? 0, 10);
    }
    expect(inputDimOf(standardisation)).toBe(3);
    expect(test.inputs.filter((_, i) => i % 3 === 2)).toEqual(new Float64Array(test.size).fill(1));
  });

  it('takes row-major arrays of either precision, and leaves the intercept out when told', () => {
    const flat = Float64Array.from(rows.flat());
    expect(dataset({ ...table, inputs: flat })).toEqual(dataset(table));
    const single = dataset({
      inputs: Float32Array.from([1, 2, 3, 4, 5]),
      targets: [1, 4, 2, 8, 3],
    });
    expect(single.train.size).toBe(3);
    const { train, standardisation } = dataset(table, { intercept: false });
    expect(train.inputs.length).toBe(2 * train.size);
    expect(inputDimOf(standardisation)).toBe(2);
  });

  it('scales columns whose squares no float64 is', () => {
    for (const unit of [1e-200, 1e200]) {
      const { train } = dataset({ inputs: rows.map(([a = 0]) => [unit * a]), targets });
      expect(std(train.inputs.filter((_, i) => i % 2 === 0))).toBeCloseTo(1, 12);
    }
  });

  const broken = (row: number, column: number, value: unknown) =>
    rows.map((cells, i) =>
      i === row ? cells.map((x, j) => (j === column ? value : x)) : cells,
    ) as number[][];

  it.each<[Partial<Record<keyof Table, unknown>>, RegExp]>([
    [{ inputs: broken(7, 1, Number.NaN) }, /^inputs, row 7, column mass: .*NaN.*Leave the row out/],
    [{ inputs: broken(0, 0, '12') }, /^inputs, row 0, column length: .*"12"/],
    [
      { targets: targets.map((y, i) => (i === 3 ? Infinity : y)) },
      /^targets, row 3, column age: .*Infinity/,
    ],
    [{ inputs: rows.map(([a]) => [a, 0.1]) }, /^column mass: is constant.*0\.1.*may be left out/],
    [{ targets: targets.map(() => 4) }, /^column age: is constant.*got 4/],
    [
      { inputs: rows.map(([a], i) => [a, i % 5 ? 1.7e308 : -1.7e308]) },
      /^column mass: has no standard deviation/,
    ],
  ])('refuses numbers that it cannot use (%#)', (change, message) => {
    const call = () => dataset({ ...table, ...change } as Table);
    expect(call).toThrow(ValueError);
    expect(call).toThrow(message);
  });

  it.each<[Partial<Record<keyof Table, unknown>>, RegExp]>([
    [{ inputs: rows.map((cells, i) => (i === 4 ? [1] : cells)) }, /^inputs\[4\]: .*2 numbers/],
    [{ inputs: rows.slice(1) }, /^inputs\.length: must have 50 rows.*got 49/],
    [{ inputs: new Float64Array(99) }, /^inputs: .*99 numbers and 50 targets/],
    [{ names: ['length'] }, /^names: must be 2 different names/],
    [{ names: ['mass', 'mass'] }, /^names: /],
  ])('refuses arrays that do not fit (%#)', (change, message) => {
    const call = () => dataset({ ...table, ...change } as Table);
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(message);
  });

  it.each<[SplitOptions, RegExp]>([
    [{ validation: 0 }, /^validation: .*above 0/],
    [{ test: 1 }, /^test: .*below 1/],
    [
      { test: 0.5, validation: 0.49 },
      /^validation \+ test: leaves 0 of 50 rows for the part train/,
    ],
    [{ test: 0.001 }, /^test: leaves 0 of 50 rows for the part test.*0\.001/],
    [{ seed: -1 }, /^seed: /],
    [{ stream: '' }, /^stream: /],
  ])('refuses shares that leave a part empty (%#)', (options, message) => {
    expect(() => dataset(table, options)).toThrow(ValueError);
    expect(() => dataset(table, options)).toThrow(message);
  });

  it('refuses what it does not know', () => {
    expect(() => dataset({ ...table, label: 1 } as never)).toThrow(UnknownNameError);
    expect(() => dataset(table, { shuffle: true } as never)).toThrow(/^options\.shuffle: /);
    expect(() => dataset(undefined as never)).toThrow(/^table: /);
    expect(() => dataset({ inputs: rows } as never)).toThrow(/^targets: /);
  });
});

describe('standardise', () => {
  const { standardisation } = dataset(table);

  it('refuses other columns than those it was made for, and numbers that are not finite', () => {
    expect(() => standardise(standardisation, new Float64Array(3), 1)).toThrow(ShapeError);
    const nan = Float64Array.from([1, 2, 3, Number.NaN]);
    expect(() => standardise(standardisation, nan, 2)).toThrow(/^inputs, row 1, column mass: /);
    expect(() => standardise({} as never, nan, 2)).toThrow(/^standardisation: /);
    const far = Float64Array.from([1, 1e308]);
    expect(() => standardise(standardisation, far, 1)).toThrow(
      /^inputs, row 0, column mass: is too far/,
    );
  });
});

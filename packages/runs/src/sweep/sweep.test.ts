import { presetConfig } from '@softmoe/lab';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleSweep, SweepError, sweepJsonSchema } from './definition.ts';
import { getField } from './fields.ts';
import { parseSweep } from './sweep.ts';

it('a sweep runs every combination of the grid, the last field varying fastest', () => {
  const { runs, fields, name } = parseSweep({
    name: 'two by two',
    base: 'quick',
    grid: { students: [8, 16], 'train.time': [100, 200], seed: { from: 3, to: 5, step: 2 } },
  });
  expect(name).toBe('two by two');
  expect(fields).toEqual(['students', 'train.time', 'seed']);
  expect(runs.map(({ values }) => Object.values(values))).toEqual([
    [8, 100, 3],
    [8, 100, 5],
    [8, 200, 3],
    [8, 200, 5],
    [16, 100, 3],
    [16, 100, 5],
    [16, 200, 3],
    [16, 200, 5],
  ]);
  // A sweep that says no variant goes on in float64, as its folder may have begun.
  const { variant: _, ...config } = presetConfig('quick', {
    students: 16,
    seed: 3,
    train: { time: 200 },
  });
  expect(runs[6]!.config).toEqual(config);
  expect(runs[6]!.task).toEqual({ kind: 'experiment', input: runs[6]!.config });
});

it('a sweep runs every entry of the list, on its own or with the grid', () => {
  const list = [{ engine: 'exact' }, { engine: 'online', 'train.batchSize': 64 }];
  expect(parseSweep({ base: {}, list }).runs.map(({ config }) => config.engine)).toEqual([
    'exact',
    'online',
  ]);
  const both = parseSweep({ base: { students: 7 }, list, grid: { seed: [1, 2] } }, 'fallback');
  expect(both.name).toBe('fallback');
  expect(both.runs.map(({ config }) => [config.engine, config.seed])).toEqual([
    ['exact', 1],
    ['exact', 2],
    ['online', 1],
    ['online', 2],
  ]);
  expect(both.runs[3]!.config).toMatchObject({ students: 7, train: { batchSize: 64 } });
});

it('a sweep names the fields that differ between runs', () => {
  const grid = { teachers: [2], students: [8, 4], seed: { from: 0, to: 1 } };
  expect(parseSweep({ base: 'quick', grid }).fields).toEqual(['students', 'seed']);
  const list = [{}, { 'train.time': 40 }];
  expect(parseSweep({ base: 'quick', list }).fields).toEqual(['train.time']);
});

it('a sweep goes over objects and over their fields', () => {
  const geometry = [{ kind: 'orthonormal' }, { kind: 'correlated', overlap: 0.2 }];
  expect(parseSweep({ base: 'quick', grid: { geometry } }).runs[1]!.config.geometry).toEqual(
    geometry[1],
  );
  const { runs } = parseSweep({ base: 'correlated', grid: { 'geometry.overlap': [0.1, 0.4] } });
  expect(runs[1]!.config.geometry).toEqual({ kind: 'correlated', overlap: 0.4 });
});

it('a sweep expands to as many runs as the grid has points, each set as it says', () => {
  const values = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 });
  const grid = fc.record({ students: values, 'train.time': values, 'finetune.maxSteps': values });
  fc.assert(
    fc.property(grid, (grid) => {
      const { runs } = parseSweep({ base: 'quick', grid });
      expect(runs).toHaveLength(Object.values(grid).reduce((n, axis) => n * axis.length, 1));
      for (const { config, values } of runs) {
        for (const [field, value] of Object.entries(values)) {
          expect(getField(config, field)).toBe(value);
        }
      }
    }),
    { numRuns: 30 },
  );
});

it.each<[string, unknown, RegExp]>([
  ['no object', 7, /^sweep: .*object/],
  ['no base', { grid: {} }, /^base: .*quick/],
  ['an unknown preset', { base: 'quack' }, /^base: .*"quack".*quick/],
  ['an unknown field', { base: 'quick', gird: {} }, /^gird: is not a field of a sweep/],
  ['an empty axis', { base: 'quick', grid: { seed: [] } }, /^grid\.seed: .*array/],
  ['a range upside down', { base: 'quick', grid: { seed: { from: 2, to: 1 } } }, /^grid\.seed/],
  ['an empty list', { base: 'quick', list: [] }, /^list: /],
  ['no dotted field', { base: 'quick', grid: { 'train time': [1] } }, /^grid\.train time: /],
  ['a name with a slash', { base: 'quick', name: 'a/b' }, /^name: .*letters/],
  [
    'a bad run',
    { base: 'quick', grid: { students: [8, 0], seed: [1, 2] } },
    /^students: .* in run 3 of 4, students 0, seed 1 \(got 0\)\. \S/,
  ],
  [
    'a field that configs lack',
    { base: 'quick', grid: { 'train.tme': [1] } },
    /^train\.tme: is not a field of a config in run 1 of 1.*recordEvery/,
  ],
  [
    'a rule between fields',
    { base: 'quick', list: [{ students: 4 }, { prune: { rule: 'size', size: 99 } }] },
    /^prune\.size: .* in run 2 of 2, prune size:99/,
  ],
  ['a field of no object', { base: 'quick', grid: { 'seed.x': [1] } }, /^seed\.x: |^seed: /],
  [
    'a field in both',
    { base: 'quick', grid: { seed: [1] }, list: [{ seed: 2 }] },
    /^seed: is in the grid and in the list/,
  ],
  [
    'a field and its parent',
    { base: 'quick', grid: { train: [{}], 'train.time': [5] } },
    /^train: is set as a whole and in part/,
  ],
  [
    'the same run twice',
    { base: 'quick', grid: { seed: [1, 2, 1] } },
    /^sweep: has the same config twice, as runs 1 and 3/,
  ],
  [
    'too many runs',
    { base: 'quick', grid: { seed: { from: 0, to: 1e12 } } },
    /^sweep: has too many runs/,
  ],
])('parseSweep refuses %s', (_, input, message) => {
  expect(() => parseSweep(input)).toThrow(SweepError);
  expect(() => parseSweep(input)).toThrow(message);
});

it('a sweep has a JSON Schema and an example', () => {
  const named = { $schema: './sweep.schema.json', ...exampleSweep };
  expect(parseSweep(named)).toEqual(parseSweep(exampleSweep));
  expect(sweepJsonSchema()).toMatchObject({
    type: 'object',
    required: ['base'],
    properties: { grid: { description: expect.stringContaining('"seed"') } },
  });
  expect(parseSweep(exampleSweep).runs).toHaveLength(40);
});

describe('axes of a sweep', () => {
  const valuesOf = (definition: object, field: string) =>
    parseSweep({ base: 'quick', ...definition }).runs.map(({ values }) => values[field]);

  it('are spaced evenly, by difference or by ratio, both ends included', () => {
    const time = (axis: object) => valuesOf({ grid: { 'train.time': axis } }, 'train.time');
    expect(time({ from: 10, to: 20, count: 5 })).toEqual([10, 12.5, 15, 17.5, 20]);
    expect(time({ from: 1, to: 1000, count: 4, spacing: 'log' })).toEqual([1, 10, 100, 1000]);
    expect(time({ from: 1, to: 10, count: 3, spacing: 'log' })).toEqual([1, 3.16228, 10]);
  });

  it('of whole-number fields hold whole numbers', () => {
    const students = { from: 4, to: 64, count: 4, spacing: 'log' };
    expect(valuesOf({ grid: { students } }, 'students')).toEqual([4, 10, 25, 64]);
  });

  it('are drawn between their ends, with equal chances of each ratio or of each value', () => {
    const random = {
      count: 1600,
      fields: {
        'train.time': { from: 1, to: 100, spacing: 'log' },
        students: { from: 4, to: 400 },
        gate: ['sigmoid', 'tanh'],
      },
    };
    const draws = parseSweep({ base: 'quick', random }).runs.map(({ values }) => values);
    const times = draws.map((draw) => Number(draw['train.time']));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...times)).toBeLessThanOrEqual(100);
    const share = (of: readonly boolean[]) => of.filter(Boolean).length / of.length;
    expect(share(times.map((time) => time < 10))).toBeCloseTo(0.5, 1);
    expect(share(draws.map(({ students }) => Number(students) < 202))).toBeCloseTo(0.5, 1);
    expect(share(draws.map(({ gate }) => gate === 'tanh'))).toBeCloseTo(0.5, 1);
    expect(draws.every(({ students }) => Number.isInteger(students))).toBe(true);
  });

  it('that are drawn begin alike however many there are, and cross the grid', () => {
    const random = (count: number, more = {}) => ({
      count,
      seed: 7,
      fields: { 'train.time': { from: 1, to: 9 }, ...more },
    });
    const three = valuesOf({ random: random(3) }, 'train.time');
    expect(new Set(three).size).toBe(3);
    const five = valuesOf({ random: random(5, { seed: { from: 0, to: 99 } }) }, 'train.time');
    expect(five.slice(0, 3)).toEqual(three);
    const crossed = parseSweep({ base: 'quick', random: random(2), grid: { students: [3, 6] } });
    expect(crossed.fields).toEqual(['train.time', 'students']);
    expect(crossed.runs.map(({ values }) => Object.values(values))).toEqual([
      [three[0], 3],
      [three[0], 6],
      [three[1], 3],
      [three[1], 6],
    ]);
  });

  it.each<[string, RegExp, object]>([
    [
      'a ratio from 0',
      /^grid\.train\.time/,
      { grid: { 'train.time': { from: 0, to: 1, count: 3, spacing: 'log' } } },
    ],
    [
      'ends the wrong way round',
      /^random\.fields\.students/,
      { random: { count: 3, fields: { students: { from: 9, to: 3 } } } },
    ],
    [
      'a field that is drawn and in the grid',
      /^students: is drawn and in the grid or the list/,
      { random: { count: 2, fields: { students: [3, 4] } }, grid: { students: [3] } },
    ],
    [
      'the name of what is drawn that is no field',
      /^random\.fields\.__proto__\.seed: must be a field of the config/,
      JSON.parse('{ "random": { "count": 2, "fields": { "__proto__.seed": [3, 4] } } }'),
    ],
    [
      'equal draws',
      /^sweep: has the same config twice.*Where values are drawn, draw fewer/s,
      { random: { count: 3, fields: { students: { from: 3, to: 4 } } } },
    ],
  ])('refuse %s', (_, sentence, definition) => {
    expect(() => parseSweep({ base: 'quick', ...definition })).toThrow(sentence);
  });
});

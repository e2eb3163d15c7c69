import { presetConfig } from '@softmoe/lab';
import fc from 'fast-check';
import { expect, it } from 'vitest';
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
  expect(sweepJsonSchema()).toMatchObject({
    type: 'object',
    required: ['base'],
    properties: { grid: { description: expect.stringContaining('"seed"') } },
  });
  expect(parseSweep(exampleSweep).runs).toHaveLength(40);
});

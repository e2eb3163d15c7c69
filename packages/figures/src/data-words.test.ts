import type { DataResult } from '@softmoe/lab';
import { expect, it } from 'vitest';
import { comparisonTable, dataWords, sizesTable } from './data-words.ts';

const error = (rmse: number) => ({ rmse, meanSquare: rmse ** 2, standardError: 0.01 });
const contender = (kind: 'pruned' | 'scratch' | 'mlp', rmse: number, work: number) => ({
  ...{ kind, units: 3, parameters: 51, starts: 2, work },
  ...{ train: error(rmse), validation: error(rmse), test: error(rmse) },
});

/** As much of a result as words are made from. */
const found = {
  config: {
    data: { file: 'x.csv', target: 'y', sha256: 'abcdef0123456789' },
    students: 8,
    prune: { rule: 'cliff' },
  },
  rows: { train: 60, validation: 20, test: 20 },
  standardisation: { inputs: [{ name: 'a' }], target: { scale: 5 } },
  starts: [
    { seed: 0, validation: error(0.5), steps: 9 },
    { seed: 1, validation: error(0.25), steps: 7 },
  ],
  sizes: [{ size: 8, validation: error(0.25) }],
  finetune: { steps: 4, reason: 'steps' },
  certificate: { verdict: 'not-converged' },
  comparison: [
    contender('pruned', 0.3, 100),
    contender('scratch', 0.2, 100),
    contender('mlp', 0.1, 120),
  ],
} as unknown as DataResult;
const write = (value: number) => `${value}`;

it('dataWords says what was learned, by which start, and that there is no teacher', () => {
  const words = dataWords(found, write);
  expect(words.setting).toMatch(/^y from 1 column of x\.csv \(SHA-256 abcdef012345…\): 60 rows/);
  expect(words.absent).toContain('no teacher');
  expect(words.start).toBe('Best start: seed 1, 7 steps, validation error 0.25.');
  expect(words.pruning).toBe('8 → 3 units, by the cliff of the elimination curve');
  expect(words.finetuning).toBe(
    '4 steps. It is no minimum of the loss on the rows trained on: its steps ended before one was reached.',
  );
  expect(words.outcome).toBe('3 units, test error 0.3 (1.5 in the unit of y)');
});

it('dataWords says of every verdict what it is about: the rows trained on, never a teacher', () => {
  const all = ['certified', 'nonzero-loss', 'saddle', 'degenerate', 'unresolved'] as const;
  for (const verdict of [...all, 'not-converged'] as const) {
    const certificate = { ...found.certificate, verdict };
    const { finetuning } = dataWords({ ...found, certificate }, write);
    expect(finetuning).toContain('the loss on the rows trained on');
    expect(finetuning).not.toMatch(/teacher|undefined/);
  }
});

it('dataWords claims equal work only where the table has it, and nothing without a table', () => {
  const [own, ...others] = found.comparison;
  const of = (comparison: unknown) =>
    dataWords({ ...found, comparison } as DataResult, write).comparison;
  expect(of(found.comparison)).toContain('at the same work or more');
  expect(of([own, { ...others[0], work: 99 }])).toContain('some of them at less work');
  expect(of([own])).toContain('says nothing of what pruning is worth');
});

it('comparisonTable and sizesTable write each error once, models in order', () => {
  const { columns, rows } = comparisonTable(found, write);
  expect(rows.map(([kind]) => kind)).toEqual([
    'this model, pruned',
    'its size from scratch',
    'perceptron of its size',
  ]);
  for (const row of rows) expect(row.length).toBe(columns.length);
  expect(rows[2]).toEqual(['perceptron of its size', '3', '51', '2', '0.1', '0.1', '0.1']);
  expect(sizesTable(found, write).rows).toEqual([['8', '0.25']]);
});

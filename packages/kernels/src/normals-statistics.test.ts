import { gateOf } from '@softmoe/model/checks';
import { describe, expect, it } from 'vitest';
import { Arena, kernelsOf, variants } from '../test/arena.ts';
import { workspaceBytes } from './index.ts';

/** All draws are seeded, so these tests pass or fail for ever; bounds are at about one chance in a thousand. */

const cdf = gateOf('probit').value;
const [rows, columns] = [16384, 64];

describe.each(variants)('%s', async (variant) => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kernels = await kernelsOf(variant, memory);
  const arena = new Arena(memory);
  const model = {
    inputDim: columns,
    experts: 1,
    gate: 'sigmoid',
    expert: { kind: 'relu' },
    routing: 'independent',
  } as const;
  const outputs = arena.take(rows * columns);
  const workspace = arena.take(workspaceBytes({ model }) / 4);
  const draw = (step: number) => {
    kernels.normals(
      { seed: 2026, stream: 'statistics', step, size: rows },
      columns,
      outputs,
      workspace,
    );
    return arena.read(outputs, rows * columns);
  };
  const batch = draw(0);
  const column = (j: number, of = batch) =>
    Float64Array.from({ length: rows }, (_, i) => of[i * columns + j]!);

  it('normal by Kolmogorov–Smirnov, all together and column by column', () => {
    expect(kolmogorovSmirnov(Float64Array.from(batch))).toBeLessThan(1.95);
    for (let j = 0; j < columns; j++) {
      expect(kolmogorovSmirnov(column(j)), `column ${j}`).toBeLessThan(2.4);
    }
  });

  it('as many far out as there should be', () => {
    for (const x of [1, 2, 3, 4, 4.5]) {
      const expected = 2 * cdf(-x) * batch.length;
      const count = batch.reduce((sum, value) => sum + Number(Math.abs(value) > x), 0);
      expect(Math.abs(count - expected), `beyond ${x}`).toBeLessThan(3.3 * Math.sqrt(expected) + 1);
    }
  });

  it('uncorrelated lanes: all columns of two panels, and their squares', () => {
    for (let i = 0; i < 16; i++) {
      for (let j = 0; j < i; j++) {
        expect(dependence(column(i), column(j)), `columns ${i}, ${j}`).toBeLessThan(4.6);
      }
    }
  });

  it('uncorrelated blocks: rows 1, 8, 64 and 128 apart, and the next step', () => {
    const all = Float64Array.from(batch);
    for (const lag of [1, 8, 64, 128]) {
      const n = (rows - lag) * columns;
      const later = all.subarray(lag * columns);
      expect(dependence(all.subarray(0, n), later), `lag ${lag}`).toBeLessThan(4);
    }
    expect(dependence(all, Float64Array.from(draw(1)))).toBeLessThan(4);
  });
});

/** √N times the Kolmogorov–Smirnov distance from the standard normal distribution. */
function kolmogorovSmirnov(values: Float64Array): number {
  const sorted = values.toSorted();
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((x, i) => {
    const p = cdf(x);
    distance = Math.max(distance, p - i / n, (i + 1) / n - p);
  });
  return Math.sqrt(n) * distance;
}

/** The larger of the scaled correlations of values and of squares: about standard normal for independent normals. */
function dependence(a: Float64Array, b: Float64Array): number {
  let values = 0;
  let squares = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    values += x * y;
    squares += ((x * x - 1) * (y * y - 1)) / 2;
  }
  return Math.max(Math.abs(values), Math.abs(squares)) / Math.sqrt(a.length);
}

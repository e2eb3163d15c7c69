import { createExperiment, parseConfig } from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import type { Source } from '../protocol.ts';
import { readFile } from './file.ts';
import { nearestValid, refusalOf } from './refusal.ts';
import { readSource } from './source.ts';
import { thisPage } from './this-page.ts';

function refused(source: Extract<Source, { kind: 'config' | 'preset' }>) {
  try {
    createExperiment(readSource(source).config, { machine: thisPage() });
  } catch (error) {
    return refusalOf(error, source);
  }
  throw new Error('was not refused');
}
const ofConfig = (config: unknown) => refused({ kind: 'config', config });

describe('a refusal', () => {
  it('offers the nearest dimension that has room for the teacher', () => {
    const { reports, config } = ofConfig({ inputDim: 8, teachers: 8, seed: 3 });
    expect(reports).toMatchObject([{ field: 'inputDim', value: 8, nearest: 16 }]);
    expect(config).toEqual(parseConfig({ teachers: 8, seed: 3 }));
  });

  it('names every field that is wrong', () => {
    const { reports, config } = ofConfig({
      inputDim: 'many',
      students: 0,
      gate: 'door',
      train: { time: -5, step: 'x' },
      geometry: { kind: 'correlated', overlap: 2 },
      foo: 1,
      seed: 4,
    });
    const found = reports.map(({ field, value, nearest }) => [field, value, nearest]);
    expect(found).toHaveLength(7);
    expect(found).toEqual(
      expect.arrayContaining([
        ['inputDim', 'many', 1000],
        ['students', 0, 1],
        ['gate', 'door', 'sigmoid'],
        ['train.time', -5, 1],
        ['train.step', 'x', 0.1],
        ['foo', 1, undefined],
      ]),
    );
    expect(config).toMatchObject({ inputDim: 1000, seed: 4, students: 25 });
  });

  it('keeps to what a preset says of the other fields', () => {
    const { reports, config } = refused({
      kind: 'preset',
      name: 'quick',
      changes: { teachers: -2, seed: 7 },
    });
    expect(reports).toMatchObject([{ field: 'teachers', value: -2, nearest: 1 }]);
    expect(config).toMatchObject({ inputDim: 64, teachers: 3, seed: 7 });
  });

  it('speaks of no command line', () => {
    const told = [
      refused({ kind: 'preset', name: 'slow' }),
      ofConfig({ expert: { kind: 'cubic' } }),
      ofConfig({ inputDim: 8, teachers: 8 }),
      ofConfig({ prune: { rule: 'size', size: 99 } }),
      ofConfig({ gate: { module: './mine.mjs' } }),
      ofConfig({ expert: { name: 'mine', sha256: '0'.repeat(64), parity: 'odd' } }),
    ].flatMap(({ reports }) => reports);
    expect(told).toHaveLength(6);
    for (const { message, remedy } of told) {
      expect(`${message} ${remedy}`).not.toMatch(/--\w|softmoe |config file/);
    }
  });

  it('offers the largest size that the page has room for', () => {
    const { reports } = ofConfig({ students: 100_000 });
    expect(reports).toMatchObject([{ field: 'students', value: 100_000 }]);
    const nearest = Number(reports[0]?.nearest);
    expect(nearest).toBeGreaterThan(100);
    expect(nearest).toBeLessThan(100_000);
  });

  it('of a file has its report alone', async () => {
    const bytes = new TextEncoder().encode('{"inputDim":"many"}');
    const source = { kind: 'file', name: 'x.json', bytes, config: {} } as const;
    const error = await readFile(source).catch((reason: unknown) => reason);
    const { reports, config } = refusalOf(error, source);
    expect(reports).toMatchObject([{ field: 'inputDim' }]);
    expect(config).toBeUndefined();
  });
});

describe('the nearest valid value', () => {
  it('is found on either side, and is itself valid', () => {
    expect(nearestValid(8, 1000, (x) => Number(x) >= 16)).toBe(16);
    expect(nearestValid(1e9, 25, (x) => Number(x) <= 40)).toBe(40);
    expect(nearestValid(16.4, 1000, (x) => Number.isInteger(x))).toBe(16);
    expect(nearestValid(2, 0.3, (x) => Number(x) < 1)).toBe(0.99);
    expect(nearestValid(-1, 0.1, (x) => Number(x) > 0)).toBe(0.1);
  });

  it('is the default where no number or no word was given', () => {
    expect(nearestValid('many', 1000, () => true)).toBe(1000);
    expect(nearestValid(Number.NaN, 5, () => true)).toBe(5);
    expect(nearestValid('x', 'sigmoid', () => true)).toBe('sigmoid');
    expect(nearestValid(3, { kind: 'hermite' }, () => true)).toBeUndefined();
  });
});

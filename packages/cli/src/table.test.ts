import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { softmoe } from '../test/softmoe.ts';
import { fit, tableLines } from './table.ts';

beforeEach(() => vi.stubEnv('COLUMNS', '40'));
afterEach(() => vi.unstubAllEnvs());

const longest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

describe('in 40 columns', () => {
  it('a table shows what does not fit below, beside its first column', () => {
    const headings = ['unit', 'first overlap', 'second overlap', 'third'];
    const rows = [
      ['1', '0.1', '0.2', '0.3'],
      ['2', '0.4', '0.5', '0.6'],
    ];
    expect(tableLines(headings, rows)).toEqual([
      '   unit   first overlap   second overlap',
      '      1             0.1              0.2',
      '      2             0.4              0.5',
      '',
      '   unit   third',
      '      1     0.3',
      '      2     0.6',
    ]);
    vi.stubEnv('COLUMNS', '');
    expect(tableLines(headings, rows)).toHaveLength(3);
  });

  it('a sentence goes on at its indentation, and columns of a line further in', () => {
    const words = 'one two three four five six seven eight nine';
    expect(fit(`   ${words}\n✔  ${words}\n  --out <folder>  ${words}\nshort  line`)).toBe(
      [
        '   one two three four five six seven',
        '   eight nine',
        '✔  one two three four five six seven',
        '   eight nine',
        '  --out <folder>',
        '    one two three four five six seven',
        '    eight nine',
        'short  line',
      ].join('\n'),
    );
  });

  it('a run, its list, its comparison, help and errors fit, and JSON stays what it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'softmoe-narrow-'));
    const path = join(folder, 'r');
    const run = ['run', 'quick', '--input-dim', '24', '--teachers', '2', '--students', '8'];
    const told = await softmoe(...run, '--quiet', '--out', path);
    for (const text of [
      told.stdout,
      (await softmoe('show', path)).stdout,
      (await softmoe('runs', folder)).stdout,
      (await softmoe('compare', path, path)).stdout,
      (await softmoe('run', '--help')).stdout,
      (await softmoe('sweep', '--help')).stdout,
      (await softmoe('run', '--students', 'many')).stderr,
    ]) {
      expect(longest(text)).toBeLessThanOrEqual(40);
    }
    const { stdout } = await softmoe('show', path, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ teachers: 2 });
    await rm(folder, { recursive: true });
  });
});

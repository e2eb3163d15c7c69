import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { softmoe } from './softmoe.ts';

/** z = 20 + 3 (a b + sin c) on 150 rows of columns in units of their own. */
const size = 150;
/** Numbers spread evenly from −2 to 2. */
const spread = (s: number, step: number) => 4 * ((s * step) % 1) - 2;
export const rows = Array.from({ length: size }, (_, s) => {
  const [a, b, c] = [spread(s, 0.8191725), spread(s, 0.6710436), spread(s, 0.5497005)];
  return [100 + 10 * a, 1e-3 * b, c, 20 + 3 * (a * b + Math.sin(c))];
});
export const csv = (of: readonly (readonly number[])[]) =>
  `a,b,c,z\n${of.map((row) => row.join(',')).join('\n')}\n`;

/** Options of a run on the table that takes a second. */
export const quick: readonly string[] = [
  ...['--students', '6', '--starts', '1', '--seed', '2', '--quiet'],
];

/** A new folder with the table in a file, and beside it the folder of a run on it. */
export async function tableRun(): Promise<Readonly<Record<'folder' | 'file' | 'out', string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'softmoe-data-'));
  const file = join(folder, 'table.csv');
  await writeFile(file, csv(rows));
  const out = join(folder, 'run');
  const kept = ['--out', out, '--tag', 'paper', '--note', 'a first look'];
  const ended = await softmoe('run', '--data', file, '--target', 'z', ...kept, ...quick);
  expect(ended).toMatchObject({ code: 0, stderr: `kept in ${out}\n` });
  return { folder, file, out };
}

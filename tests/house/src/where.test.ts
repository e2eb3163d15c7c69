import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const equations = new Set(
  [...read('docs/theory.md').matchAll(/\\tag\{(\d+)\}/g)].map((m) => m[1]!),
);
const rows = read('docs/where.md')
  .split('\n')
  .filter((line) => line.includes('](../'))
  .map((line) => {
    const [, concept = '', where = '', numbers = ''] = line.split('|');
    return {
      concept: concept.trim(),
      paths: [...where.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map((m) => m[1]!),
      numbers: [...numbers.matchAll(/\((\d+)\)/g)].map((m) => m[1]!),
    };
  });

/** The text of a file, or of all files below a folder. */
function textOf(path: string): string {
  if (!statSync(`${root}${path}`).isDirectory()) return read(path);
  return readdirSync(`${root}${path}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, 'utf8'))
    .join('\n');
}

it('docs/where.md has a place for every concept', () => {
  expect(rows.length).toBeGreaterThan(25);
});

it.each(rows)('docs/where.md finds $concept, where the equations that it names are', (row) => {
  const text = row.paths.map(textOf).join('\n');
  expect(row.numbers.filter((number) => !equations.has(number))).toEqual([]);
  if (row.numbers.length === 0) return;
  const cited = row.numbers.filter((number) => text.includes(`(${number})`));
  expect(cited, `${row.paths.join(', ')} cites none of ${row.numbers.join(', ')}`).not.toEqual([]);
});

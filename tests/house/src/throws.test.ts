import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url));
const ERROR = /\b[A-Z]\w*Error\b/g;

/** The files of a package's entry points. */
function entriesOf(name: string): string[] {
  const { exports = {} } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
  return Object.values(exports as Record<string, { readonly '@softmoe/source'?: string }>).flatMap(
    (entry) => entry['@softmoe/source'] ?? [],
  );
}

/** The errors that a package exports, by name. */
function exportedBy(name: string): string[] {
  return entriesOf(name).flatMap((file) => {
    const text = readFileSync(join(packages, name, file), 'utf8');
    return [...text.matchAll(ERROR)].map(([error]) => error);
  });
}

/** The errors that docstrings of a package name. */
function namedIn(name: string): Map<string, string> {
  const named = new Map<string, string>();
  const files = readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((path) => /(?<!\.test)\.ts$/.test(path))) {
    const text = readFileSync(join(packages, name, 'src', file), 'utf8');
    for (const [comment] of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
      for (const [error] of comment.matchAll(ERROR)) named.set(error, file);
    }
  }
  return named;
}

const names = readdirSync(packages);
const exported = new Set(names.flatMap(exportedBy));

describe('the errors that docstrings name', () => {
  it('are found, those of model and of lab among them', () => {
    expect([...namedIn('population').keys()]).toEqual(
      expect.arrayContaining(['ValueError', 'UnsupportedError']),
    );
    expect([...exported]).toEqual(expect.arrayContaining(['SoftmoeError', 'ConfigError']));
  });

  it.each(names)('of %s can all be imported from a package', (name) => {
    const missing = [...namedIn(name)].filter(([error]) => !exported.has(error));
    expect(missing).toEqual([]);
  });
});

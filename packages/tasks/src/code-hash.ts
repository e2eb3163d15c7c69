import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What shows and organises the results of others: a change there leaves every record valid. Of the lab's Node side only the
 * functions of tasks compute.
 */
const SHOWING = /^(figures\/|node\/(?!experiment-task\.|claims\/measurements\/))/;

/** Relative imports and re-exports, static or not. */
const RELATIVE = /(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;

/**
 * SHA-256, in hex, of the code that a worker module computes with: the module with the files of its own package that it
 * imports, and all of the @softmoe packages that this package depends on, directly or not. Of these what runs is hashed: `dist`
 * for a worker in JavaScript, `src` for one in TypeScript. Third-party packages are pinned by our versions.
 */
export function codeHash(worker: URL): string {
  const path = fileURLToPath(worker);
  const [folder, extension] = path.endsWith('.ts') ? ['src', '.ts'] : ['dist', '.js'];
  const hash = createHash('sha256');
  const add = (name: string, file: string) => {
    hash.update(`${name}\0`).update(readFileSync(file)).update('\0');
  };
  const home = dirname(path);
  for (const file of [...importedFiles(path)].sort())
    add(`worker/${file.slice(home.length)}`, file);
  const packages = [...computingPackages(path)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, root] of packages) {
    for (const file of codeFiles(join(root, folder), extension)) {
      add(`${name}/${file}`, join(root, folder, file));
    }
  }
  return hash.digest('hex');
}

function importedFiles(path: string, found: Set<string> = new Set()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, specifier] of readFileSync(path, 'utf8').matchAll(RELATIVE)) {
    importedFiles(join(dirname(path), specifier!), found);
  }
  return found;
}

/** Names and folders of the @softmoe packages that the package of `file` depends on, and of itself if it is one. */
function computingPackages(file: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (root: string) => {
    const { name, dependencies = {} } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    ) as { name: string; dependencies?: Record<string, string> };
    if (found.has(name)) return;
    if (name.startsWith('@softmoe/')) found.set(name, root);
    const { resolve } = createRequire(join(root, 'package.json'));
    for (const dependency of Object.keys(dependencies)) {
      if (dependency.startsWith('@softmoe/')) visit(dirname(resolve(`${dependency}/package.json`)));
    }
  };
  visit(packageRoot(file));
  return found;
}

function packageRoot(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (readdirSync(folder).includes('package.json')) return folder;
    if (folder === dirname(folder)) return folder;
  }
}

function codeFiles(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll(sep, '/'))
    .filter((name) => name.endsWith(extension) && !/\.(test|d)\.ts$/.test(name))
    .filter((name) => !SHOWING.test(name))
    .sort();
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/**
 * The source of a checkout: every .ts, .js and .svelte file below src and assembly of its packages and apps but tests
 * (.test.ts). Paths are relative to the checkout.
 */
export function sourceFiles(root) {
  return workspaces(root).flatMap((folder) =>
    ['src', 'assembly']
      .flatMap((name) => filesBelow(join(root, folder, name)))
      .filter((path) => /\.(ts|js|svelte)$/.test(path) && !/\.test\.[tj]s$/.test(path))
      .map((path) => {
        const text = readFileSync(path, 'utf8');
        return { path: relative(root, path), workspace: folder, text, lines: linesOf(text) };
      }),
  );
}

/** Folders of packages and apps, whatever their names. */
export function workspaces(root) {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => join(parent, name))
      .filter((folder) => existsSync(join(root, folder, 'package.json'))),
  );
}

export function manifestOf(root, folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

/** Files by which others import a package: { '@softmoe/model/checks': 'packages/model/src/checks/index.ts' }. */
export function entriesOf(root) {
  const entries = new Map();
  for (const folder of workspaces(root)) {
    const { name, exports = {} } = manifestOf(root, folder);
    for (const [subpath, target] of Object.entries(exports)) {
      const source = target['@softmoe/source'];
      if (source) entries.set(name + subpath.slice(1), join(folder, source));
    }
  }
  return entries;
}

/** Every import of a file, those of types and dynamic ones included: the names that stand behind `from` or in `import()`. */
export function importsOf({ text }) {
  const code = withoutComments(text);
  const statements =
    /^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]/gm;
  const calls = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...code.matchAll(statements), ...code.matchAll(calls)].map(
    (found) => found[1] ?? found[2],
  );
}

/** The file of the checkout that an import means, in AssemblyScript without its ending; undefined for a package of others. */
export function resolveImport(entries, from, name) {
  if (!name.startsWith('.')) return entries.get(name);
  const path = join(dirname(from), name);
  return /\.\w+$/.test(path) ? path : `${path}.ts`;
}

export function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|(?<=^|\s)\/\/.*$/gm, '');
}

function linesOf(text) {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => basename(name) !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

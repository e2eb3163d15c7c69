import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/**
 * The source of a checkout: every .ts, .js and .svelte file below packages/NAME/src and apps/NAME/src but tests (.test.ts).
 * Paths are relative to the checkout.
 */
export function sourceFiles(root) {
  return workspaces(root).flatMap((folder) =>
    filesBelow(join(root, folder, 'src'))
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

/** The file of the checkout that an import means; undefined for a package of others. */
export function resolveImport(entries, from, name) {
  return name.startsWith('.') ? join(dirname(from), name) : entries.get(name);
}

/** Names that a module exports, types among them; what it passes on by `export *` is looked up in `files`, by path. */
export function exportedNames(files, path) {
  const { text } = files.get(path);
  const code = withoutComments(text);
  const names = new Set();
  for (const [, list] of code.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}/gm)) {
    for (const item of list.split(',').map((word) => word.trim())) {
      if (item !== '') names.add(item.split(/\s+/).at(-1));
    }
  }
  const declared =
    /^export\s+(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|function\*?|class|interface|type|enum)\s+(\w+)/gm;
  for (const [, name] of code.matchAll(declared)) names.add(name);
  for (const [, alias, from] of code.matchAll(
    /^export\s+\*\s*(?:as\s+(\w+)\s+)?from\s*['"](\.[^'"]+)['"]/gm,
  )) {
    if (alias) names.add(alias);
    else for (const name of exportedNames(files, join(dirname(path), from))) names.add(name);
  }
  return names;
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

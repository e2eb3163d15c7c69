import { resolveImport } from './source.js';

const DECLARATION =
  /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm;
const LIST = /^(import|export)(?: type)? (?:\w+, )?\{([^}]*)\}(?: from '([^']+)')?/gm;
const ALL = /^export \* from '([^']+)'/gm;
const GROUP = /^export \* as (\w+) from '([^']+)'/gm;
const DEFAULT = /^export default (\w+);/m;

/**
 * The names that a module exports, types and values: a Map from each to its origin, which is where it is declared (`path`,
 * `name` there), and whether a docstring stands right above. What comes from packages of others counts as documented.
 * `checkout` holds `files` and `entries`, both by name.
 */
export function exportsOf(checkout, path) {
  const { text } = checkout.files.get(path);
  const names = new Map();
  const add = (outer, inner) => names.set(outer, originOf(checkout, path, inner));
  for (const [match, name] of text.matchAll(DECLARATION)) {
    if (match.startsWith('export default ')) add('default', name);
    else if (match.startsWith('export ')) add(name, name);
  }
  const last = DEFAULT.exec(text)?.[1];
  if (last) add('default', last);
  for (const [, keyword, list] of text.matchAll(LIST)) {
    if (keyword === 'export') for (const { inner, outer } of wordsOf(list)) add(outer, inner);
  }
  for (const [, name] of text.matchAll(GROUP)) names.set(name, { path, name, documented: true });
  for (const from of passedOn(checkout, path)) {
    for (const [name, origin] of exportsOf(checkout, from)) {
      if (name !== 'default' && !names.has(name)) names.set(name, origin);
    }
  }
  return names;
}

/** Where a name that a module declares, imports or exports comes from. */
function originOf(checkout, path, name) {
  const { text } = checkout.files.get(path);
  for (const { 1: declared, index } of text.matchAll(DECLARATION)) {
    if (declared !== name) continue;
    const above = text.slice(0, index).trimEnd();
    const documented = above.endsWith('*/') && above.startsWith('/**', above.lastIndexOf('/*'));
    return { path, name, documented };
  }
  for (const [, , list, from] of text.matchAll(LIST)) {
    const word = from && wordsOf(list).find(({ inner, outer }) => [inner, outer].includes(name));
    if (!word) continue;
    const target = resolveImport(checkout.entries, path, from);
    return checkout.files.has(target)
      ? originOf(checkout, target, word.inner)
      : { path: from, name: word.inner, documented: true };
  }
  for (const from of passedOn(checkout, path)) {
    const origin = exportsOf(checkout, from).get(name);
    if (origin) return origin;
  }
  throw new Error(`${path}: found no declaration of ${name}`);
}

/** The modules of the checkout all of whose names a module passes on. */
function passedOn(checkout, path) {
  return [...checkout.files.get(path).text.matchAll(ALL)]
    .map(([, from]) => resolveImport(checkout.entries, path, from))
    .filter((from) => checkout.files.has(from));
}

/** The names of a list such as `a, type b as c`: inside, and outside. */
function wordsOf(list) {
  return list
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    .split(',')
    .map((item) => item.trim().replace(/^type /, ''))
    .filter((item) => item !== '')
    .map((item) => {
      const [inner, outer = inner] = item.split(' as ');
      return { inner, outer };
    });
}

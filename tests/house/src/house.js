// Figures of how a checkout is built: sizes of files and packages, what is named where, what is exported, import circles.
// node tests/house/src/house.js [FOLDER] [--list] [--json]
// FOLDER is the root of any checkout, this one by default; nothing has to be installed or built. --list names the files
// behind the figures. A file is source if it is .ts, .js or .svelte below src or assembly of a package or app, and no test.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { circles } from './circles.js';
import { exportsOf } from './exports.js';
import {
  entriesOf,
  importsOf,
  manifestOf,
  resolveImport,
  sourceFiles,
  withoutComments,
  workspaces,
} from './source.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
const root = resolve(positionals[0] ?? fileURLToPath(new URL('../../..', import.meta.url)));
const isPackage = ({ workspace }) => workspace.startsWith('packages');

/** Files that softmax may be named in: of model those of routing and those called after it, the schema, and the kernels. */
const OWN =
  /^packages\/model\/src\/(.*\/)?(routing|[^/]*softmax[^/]*)(\/|\.ts$)|\/config-schema\.ts$|^packages\/kernels\//;
const SHORT = 25;
/** Docstrings that say nothing alone on hover. */
const LEANING = /\/\*\*[\s*]*((?:The same|Their|Those)\b.*)/g;

const files = sourceFiles(root);
const byPath = new Map(files.map((file) => [file.path, file]));
const entries = entriesOf(root);

const lengths = files.map(({ lines }) => lines).sort((a, b) => a - b);
const share = (part, all) => `${((100 * part) / all).toFixed(1)} %`;
const sum = (of) => of.reduce((total, { lines }) => total + lines, 0);
/** The least length that this share of all files does not exceed. */
const percentile = (p) => lengths[Math.ceil(p * lengths.length) - 1];

const packages = workspaces(root).filter((folder) => folder.startsWith('packages'));
const sizes = packages.map((folder) => ({
  folder,
  lines: sum(files.filter(({ workspace }) => workspace === folder)),
}));
const largest = sizes.reduce((most, size) => (size.lines > most.lines ? size : most));
const packageLines = sum(sizes);

const short = files.filter(({ lines }) => lines < SHORT);
const naming = files.filter(({ path, text }) => /softmax/i.test(text) && !OWN.test(path));
const inCode = naming.filter(({ text }) => /softmax/i.test(withoutComments(text)));
const asserted = files
  .map((file) => ({
    ...file,
    count: file.text.split('\n').filter((line) => line.includes(']!')).length,
  }))
  .filter(({ count }) => count > 0);
const countOf = (of) => of.reduce((total, { count }) => total + count, 0);

const model = packages.find((folder) => manifestOf(root, folder).name === '@softmoe/model');
const checkout = { files: byPath, entries };
const exported = [...exportsOf(checkout, entries.get('@softmoe/model')).keys()].sort();
const bare = [...entries.values()]
  .filter((path) => byPath.has(path))
  .flatMap((path) => [...exportsOf(checkout, path).values()])
  .filter(({ documented }) => !documented)
  .map(({ path, name }) => `${name}  ${path}`);
const undocumented = [...new Set(bare)].sort();
const leaning = files.flatMap(({ path, text }) =>
  [...text.matchAll(LEANING)].map(({ 1: words, index }) => {
    const line = text.slice(0, index).split('\n').length;
    return `${path}:${line}  ${words}`;
  }),
);

const graph = new Map(
  files.map((file) => [
    file.path,
    importsOf(file)
      .map((name) => resolveImport(entries, file.path, name))
      .filter((path) => byPath.has(path)),
  ]),
);
const groups = circles(graph);

const figures = [
  ['packages', packages.length, sizes.map(({ folder, lines }) => `${lines}  ${folder}`)],
  ['source files', files.length],
  ['lines of source', sum(files)],
  ['lines of the median file', percentile(0.5)],
  ['lines of the 90th percentile', percentile(0.9)],
  ['lines of the longest file', lengths.at(-1), listed(files.filter(({ lines }) => lines > 260))],
  [`share of files under ${SHORT} lines`, share(short.length, files.length), listed(short)],
  [
    'largest package of all package lines',
    `${share(largest.lines, packageLines)}, ${largest.folder}`,
  ],
  ['files that name softmax, not its own', naming.length, naming.map(({ path }) => path)],
  ['  of them in code, not in comments', inCode.length, inCode.map(({ path }) => path)],
  ['lines with ]!', countOf(asserted), asserted.map(({ path, count }) => `${count}  ${path}`)],
  ['  of them in packages', countOf(asserted.filter(isPackage))],
  [`exported names of ${join(model, 'src')}`, exported.length, exported],
  ['exported names without a docstring', undocumented.length, undocumented],
  ['docstrings that lean on what precedes', leaning.length, leaning],
  ['import circles, types included', groups.length, groups.map((group) => group.join(' ⇄ '))],
];

function listed(some) {
  return some.map(({ path, lines }) => `${lines}  ${path}`);
}

if (options.json) {
  console.log(
    JSON.stringify(
      Object.fromEntries(
        figures.map(([name, value, list]) => [
          name.trim(),
          options.list && list ? { value, list } : value,
        ]),
      ),
      null,
      2,
    ),
  );
} else {
  for (const [name, value, list = []] of figures) {
    console.log(`${name.padEnd(38)} ${value}`);
    if (options.list) for (const line of list) console.log(`      ${line}`);
  }
}

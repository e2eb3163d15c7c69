import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from './code-hash.ts';
import { TaskFailure, WorkerError } from './errors.ts';

let parent: string;
let root: string;
const files = {
  'package.json': '{ "name": "app", "version": "1.0.0" }',
  'dist/measure.js': `import { helper } from './helper.js';
import { a } from '@softmoe/a';
import { other } from 'other';
const memory = new URL('./kernel.wasm', import.meta.url);
export async function measure(x) {
  const { late } = await import('./late.js');
  return late(helper(a(other(x)), memory));
}
export const again = measure;
//# source${'MappingURL'}=measure.js.map
`,
  'dist/helper.js': 'export const helper = (x) => x;\n',
  'dist/late.js': 'export const late = (x) => x;\n',
  'dist/kernel.wasm': '\0asm1',
  'dist/story.js': "import { measure } from './measure.js';\nexport const told = measure;\n",
  'dist/backends.js':
    "import('@softmoe/unused').catch(() => {});\nexport const backends = import('absent');\n",
  'node_modules/@softmoe/a/package.json':
    '{ "name": "@softmoe/a", "version": "1.0.0", "sideEffects": false, "exports": { ".": { "types": "./dist/index.d.ts", "default": "./dist/index.js" } } }',
  'node_modules/@softmoe/a/dist/index.js': `export { a } from './a.js';
export { bars } from './figures/bars.js';
export { sum } from '@softmoe/b';
`,
  'node_modules/@softmoe/a/dist/a.js':
    "import { total as sum } from '@softmoe/b';\nexport const a = (x) => sum(x);\n",
  'node_modules/@softmoe/a/dist/a.d.ts': 'export declare const a: (x: number) => number;\n',
  'node_modules/@softmoe/a/dist/figures/bars.js': 'export const bars = 1;\n',
  'node_modules/@softmoe/a/src/a.ts': 'export const a = 1;\n',
  'node_modules/@softmoe/b/package.json':
    '{ "name": "@softmoe/b", "version": "1.0.0", "sideEffects": false, "exports": "./dist/index.js" }',
  'node_modules/@softmoe/b/dist/index.js':
    "export { sum as total } from './deep/index.js';\nexport { rest } from './rest.js';\n",
  'node_modules/@softmoe/b/dist/deep/index.js': "export { default as sum } from './sum.js';\n",
  'node_modules/@softmoe/b/dist/deep/sum.js': 'export default (x) => x;\n',
  'node_modules/@softmoe/b/dist/rest.js': 'export const rest = 1;\n',
  'node_modules/@softmoe/unused/package.json':
    '{ "name": "@softmoe/unused", "version": "1.0.0", "exports": "./index.js" }',
  'node_modules/@softmoe/unused/index.js': 'export const unused = 1;\n',
  'node_modules/other/package.json':
    '{ "name": "other", "version": "2.0.0", "exports": { "import": "./lib/index.js" } }',
  'node_modules/other/lib/package.json': '{ "type": "module" }',
  'node_modules/other/lib/index.js': 'export const other = (x) => x;\n',
};

beforeEach(async () => {
  parent = await realpath(await mkdtemp(join(tmpdir(), 'softmoe-code-')));
  root = join(parent, 'app');
  for (const [name, text] of Object.entries(files)) await write(name, text);
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function write(name: string, text: string) {
  await mkdir(dirname(join(root, name)), { recursive: true });
  await writeFile(join(root, name), text);
}

async function change(name: string, from: string | RegExp, to: string) {
  const text = await readFile(join(root, name), 'utf8');
  expect(text).toMatch(from);
  await write(name, text.replace(from, to));
}

function hash({ name = 'measure', file = 'dist/measure.js', at = root } = {}): string {
  return codeOf({ kind: { module: pathToFileURL(join(at, file)), name } }).hashOf('kind');
}

describe('the hash of code', () => {
  it('is the same for the same code anywhere, also where it is installed', async () => {
    const installed = join(parent, 'node_modules', 'app');
    await cp(root, installed, { recursive: true });
    expect(hash({ at: installed })).toBe(hash());
    await write('dist/helper.js', 'export const helper = (x) => -x;\n');
    const changed = hash();
    await cp(root, installed, { recursive: true });
    expect(hash({ at: installed })).toBe(changed);
  });

  it.each([
    ['dist/measure.js', true],
    ['dist/helper.js', true],
    ['dist/late.js', true],
    ['dist/kernel.wasm', true],
    ['dist/story.js', false],
    ['node_modules/@softmoe/a/dist/index.js', false],
    ['node_modules/@softmoe/a/dist/a.js', true],
    ['node_modules/@softmoe/a/dist/a.d.ts', false],
    ['node_modules/@softmoe/a/dist/figures/bars.js', false],
    ['node_modules/@softmoe/a/src/a.ts', false],
    ['node_modules/@softmoe/b/dist/deep/sum.js', true],
    ['node_modules/@softmoe/b/dist/rest.js', false],
    ['node_modules/@softmoe/unused/index.js', false],
    ['node_modules/other/lib/index.js', false],
  ])('changes with %s: %s', async (name, matters) => {
    const before = hash();
    await write(name, `${files[name as keyof typeof files]}// changed\n`);
    expect(hash() !== before).toBe(matters);
  });

  it('changes with the version of a package of others, not with that of one of ours', async () => {
    const before = hash();
    await change('node_modules/@softmoe/a/package.json', '1.0.0', '1.0.1');
    await change('package.json', '1.0.0', '1.0.1');
    expect(hash()).toBe(before);
    await change('node_modules/other/package.json', '2.0.0', '2.0.1');
    expect(hash()).not.toBe(before);
  });

  it('stays when files move and formatters sort their imports anew', async () => {
    const before = hash();
    await mkdir(join(root, 'dist/inner'));
    await rename(join(root, 'dist/helper.js'), join(root, 'dist/inner/aid.js'));
    await rename(join(root, 'dist/kernel.wasm'), join(root, 'dist/inner/k.wasm'));
    await rename(join(root, 'dist/late.js'), join(root, 'dist/inner/late.js'));
    await change('dist/measure.js', "import { helper } from './helper.js';\n", '');
    await change(
      'dist/measure.js',
      "import { other } from 'other';\n",
      "import { other } from 'other';\nimport { helper } from './inner/aid.js';\n",
    );
    await change('dist/measure.js', './kernel.wasm', './inner/k.wasm');
    await change('dist/measure.js', './late.js', './inner/late.js');
    await rename(join(root, 'dist/measure.js'), join(root, 'dist/time.js'));
    await change('dist/time.js', 'measure.js.map', 'time.js.map');
    expect(hash({ file: 'dist/time.js' })).toBe(before);
  });

  it('stays when a definition moves to another package with its file', async () => {
    const before = hash();
    await rename(
      join(root, 'node_modules/@softmoe/a/dist/a.js'),
      join(root, 'node_modules/@softmoe/b/dist/a.js'),
    );
    await change(
      'node_modules/@softmoe/a/dist/index.js',
      "{ a } from './a.js'",
      "{ a } from '@softmoe/b'",
    );
    await change('node_modules/@softmoe/b/dist/index.js', /^/, "export { a } from './a.js';\n");
    expect(hash()).toBe(before);
  });

  it('changes when two imports change places, and with the name that is imported', async () => {
    await write('dist/left.js', 'export const f = 1;\nexport const g = 2;\n');
    await write('dist/right.js', 'export const f = 3;\n');
    const importing = (a: string, b: string, name: string) =>
      write(
        'dist/two.js',
        `import { ${name} as a } from './${a}.js';\nimport { f as b } from './${b}.js';\nexport const two = () => a - b;\n`,
      );
    const found = new Set<string>();
    for (const [a, b, name] of [
      ['left', 'right', 'f'],
      ['right', 'left', 'f'],
      ['left', 'right', 'g'],
    ] as const) {
      await importing(a, b, name);
      found.add(hash({ file: 'dist/two.js', name: 'two' }));
    }
    expect(found.size).toBe(3);
  });

  it('tells files that say the same apart by what they import, also in a circle', async () => {
    const same = "import { value } from './value.js';\nexport const f = () => value;\n";
    for (const [folder, value] of Object.entries({ a: 1, b: 2 })) {
      await write(`dist/${folder}/f.js`, same);
      await write(
        `dist/${folder}/value.js`,
        `import { all } from '../all.js';\nexport const value = ${value} + all.length;\n`,
      );
    }
    const importing = (first: string, second: string) =>
      write(
        'dist/all.js',
        `import { f as a } from './${first}/f.js';\nimport { f as b } from './${second}/f.js';\nexport const all = [a, b];\n`,
      );
    await importing('a', 'b');
    const before = hash({ file: 'dist/all.js', name: 'all' });
    await importing('b', 'a');
    expect(hash({ file: 'dist/all.js', name: 'all' })).not.toBe(before);
  });

  it.each([
    ['all of it', "import * as all from '@softmoe/a';"],
    ['all of it when needed', "const all = await import('@softmoe/a');"],
    ['it for its effects', "import '@softmoe/a';"],
    ['all of it to export it', "export * from '@softmoe/a';"],
    ['what it does not export', "import { absent } from '@softmoe/a';"],
  ])('covers what an index re-exports where a file imports %s', async (_, text) => {
    await write('dist/whole.js', `${text}\nexport const whole = 1;\n`);
    const before = hash({ file: 'dist/whole.js', name: 'whole' });
    await write('node_modules/@softmoe/a/dist/figures/bars.js', 'export const bars = 2;\n');
    expect(hash({ file: 'dist/whole.js', name: 'whole' })).not.toBe(before);
  });

  it('looks through an index only where its package declares no side effects', async () => {
    await change('node_modules/@softmoe/a/package.json', '"sideEffects": false, ', '');
    const before = hash();
    await write('node_modules/@softmoe/a/dist/figures/bars.js', 'export const bars = 2;\n');
    expect(hash()).not.toBe(before);
  });

  it('covers the files of packages that are linked, whose version says nothing', async () => {
    await rm(join(root, 'node_modules/other'), { recursive: true });
    await symlink(join(parent, 'other'), join(root, 'node_modules/other'));
    await mkdir(join(parent, 'other'));
    await writeFile(join(parent, 'other/package.json'), '{ "name": "other", "exports": "./x.js" }');
    await writeFile(join(parent, 'other/x.js'), 'export const other = 1;\n');
    const before = hash();
    await writeFile(join(parent, 'other/x.js'), 'export const other = 2;\n');
    expect(hash()).not.toBe(before);
  });

  it('covers the services of kinds that ask for them', async () => {
    const module = pathToFileURL(join(root, 'dist/helper.js'));
    const services = { module: pathToFileURL(join(root, 'dist/backends.js')), name: 'backends' };
    const hashes = () => {
      const code = codeOf({
        alone: { module, name: 'helper' },
        served: { module, name: 'helper', services },
      });
      return [code.hashOf('alone'), code.hashOf('served')];
    };
    const [alone, served] = hashes();
    await write('node_modules/@softmoe/unused/index.js', 'export const unused = 2;\n');
    expect(hashes()).toEqual([alone, expect.not.stringMatching(served!)]);
    const [, before] = hashes();
    await write(
      'node_modules/absent/package.json',
      '{ "name": "absent", "version": "1.0.0", "main": "index.js" }',
    );
    await write('node_modules/absent/index.js', '');
    expect(hashes()[1]).not.toBe(before);
  });

  it('takes TypeScript without its types, and only where Node runs it', async () => {
    const source = (type: string, value: number) =>
      write(
        'src/measure.ts',
        `import type { A } from './types.ts';\nexport const measure = (x: ${type}) => x + ${value};\n`,
      );
    await source('A', 1);
    if (!('stripTypeScriptTypes' in module)) {
      expect(() => hash({ file: 'src/measure.ts' })).toThrow(WorkerError);
      expect(() => hash({ file: 'src/measure.ts' })).toThrow(
        /TypeScript, which this version of Node/,
      );
      return;
    }
    const before = hash({ file: 'src/measure.ts' });
    await source('B', 1);
    expect(hash({ file: 'src/measure.ts' })).toBe(before);
    await source('A', 2);
    expect(hash({ file: 'src/measure.ts' })).not.toBe(before);
  });
});

it('code that is not there is named, and a kind that is unknown', async () => {
  await rm(join(root, 'dist/helper.js'));
  expect(() => hash()).toThrow(WorkerError);
  expect(() => hash()).toThrow(/measure\.js.*helper\.js/);
  expect(() => hash({ file: 'dist/none.js' })).toThrow(WorkerError);
  expect(() => codeOf({}).hashOf('kind')).toThrow(TaskFailure);
});

it('covers tells the files and packages that a hash rests on', () => {
  const url = pathToFileURL(join(root, 'dist/measure.js'));
  const covered = codeOf({ kind: { module: url, name: 'measure' } }).covers('kind');
  const beside = (href: string) => href.replace(pathToFileURL(`${root}/`).href, '');
  expect(covered.map(beside)).toEqual([
    'dist/helper.js',
    'dist/kernel.wasm',
    'dist/late.js',
    'dist/measure.js',
    'node_modules/@softmoe/a/dist/a.js',
    'node_modules/@softmoe/b/dist/deep/sum.js',
    'other@2.0.0',
  ]);
});

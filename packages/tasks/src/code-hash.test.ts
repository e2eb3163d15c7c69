import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { codeHash } from './code-hash.ts';

let root: string;
const files = {
  'package.json': '{ "name": "app", "dependencies": { "@softmoe/a": "1", "other": "1" } }',
  'dist/worker.js': "import { b } from './backend.js';\nimport '@softmoe/a';\n",
  'dist/backend.js': 'export const b = 1;\n',
  'dist/story.js': 'told\n',
  'src/worker.ts': "import '@softmoe/a';\n",
  'node_modules/@softmoe/a/package.json':
    '{ "name": "@softmoe/a", "exports": { "./package.json": "./package.json" }, "dependencies": { "@softmoe/b": "1" } }',
  'node_modules/@softmoe/a/dist/index.js': 'a\n',
  'node_modules/@softmoe/a/dist/figures/bars.js': 'drawn\n',
  'node_modules/@softmoe/a/dist/node/report/page.js': 'shown\n',
  'node_modules/@softmoe/a/dist/node/experiment-task.js': 'run\n',
  'node_modules/@softmoe/a/dist/node/claims/judged.js': 'judged\n',
  'node_modules/@softmoe/a/dist/node/claims/measurements/time.js': 'measured\n',
  'node_modules/@softmoe/a/dist/node/claims/c1.js': 'judged\n',
  'node_modules/@softmoe/a/dist/node/claims/measurements/times.js': 'measured\n',
  'node_modules/@softmoe/a/src/index.ts': 'a\n',
  'node_modules/@softmoe/a/src/index.test.ts': 'tested\n',
  'node_modules/@softmoe/b/package.json': '{ "name": "@softmoe/b" }',
  'node_modules/@softmoe/b/dist/deep/sum.js': 'b\n',
  'node_modules/@softmoe/b/src/deep/sum.ts': 'b\n',
  'node_modules/@softmoe/unused/package.json': '{ "name": "@softmoe/unused" }',
};
const worker = (name = 'dist/worker.js') => pathToFileURL(join(root, name));
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'softmoe-code-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('is the same for the same code anywhere', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'softmoe-code-'));
  await cp(root, copy, { recursive: true });
  expect(codeHash(pathToFileURL(join(copy, 'dist/worker.js')))).toBe(codeHash(worker()));
  await rm(copy, { recursive: true });
});

it.each([
  ['dist/worker.js', true],
  ['dist/backend.js', true],
  ['dist/story.js', false],
  ['node_modules/@softmoe/a/dist/index.js', true],
  ['node_modules/@softmoe/b/dist/deep/sum.js', true],
  ['node_modules/@softmoe/a/dist/figures/bars.js', false],
  ['node_modules/@softmoe/a/dist/node/claims/c1.js', false],
  ['node_modules/@softmoe/a/dist/node/claims/measurements/times.js', true],
  ['node_modules/@softmoe/a/dist/node/report/page.js', false],
  ['node_modules/@softmoe/a/dist/node/experiment-task.js', true],
  ['node_modules/@softmoe/a/dist/node/claims/judged.js', false],
  ['node_modules/@softmoe/a/dist/node/claims/measurements/time.js', true],
  ['node_modules/@softmoe/a/src/index.ts', false],
])('of what is built, a change of %s matters: %s', async (name, matters) => {
  const before = codeHash(worker());
  await writeFile(join(root, name), `${files[name as keyof typeof files]}// changed\n`);
  expect(codeHash(worker()) !== before).toBe(matters);
});

it.each([
  ['node_modules/@softmoe/a/src/index.ts', true],
  ['node_modules/@softmoe/a/src/index.test.ts', false],
  ['node_modules/@softmoe/b/dist/deep/sum.js', false],
])('of sources, a change of %s matters: %s', async (name, matters) => {
  const before = codeHash(worker('src/worker.ts'));
  await writeFile(join(root, name), '// changed\n');
  expect(codeHash(worker('src/worker.ts')) !== before).toBe(matters);
});

// Makes a new part where parts of its kind are, with its test, and names it where they are named. It works as it is: make it
// yours, then follow what is said to come next. pnpm create-part gate|expert|integrator|claim NAME
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const kinds = ['gate', 'expert', 'integrator', 'claim'];
const { values, positionals } = parseArgs({
  options: { root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) } },
  allowPositionals: true,
});
const [kind, name] = positionals;
const { root } = values;
const read = (path) => readFileSync(join(root, path), 'utf8');
if (!kinds.includes(kind) || !/^[a-z]+(?:-[a-z]+)*$/.test(name ?? '')) {
  console.error(
    `pnpm create-part ${kinds.join('|')} NAME, the name in words such as leaky-rectifier: got ${positionals.join(' ') || 'nothing'}.`,
  );
  process.exit(2);
}

const { partOf } = await import(`./parts/${kind}.mjs`);
const { files, edits, test, next } = partOf({
  name,
  /** As code calls it: leakyRectifier. */
  camel: name.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase()),
  /** As a sentence calls it: leaky rectifier. */
  words: name.replaceAll('-', ' '),
  read,
});

const taken = Object.keys(files).find((path) => existsSync(join(root, path)));
if (taken) {
  console.error(`${taken} is there already: choose another name.`);
  process.exit(1);
}
const texts = new Map(Object.entries(files));
for (const { path, at, add } of edits) {
  const text = texts.get(path) ?? read(path);
  const after = text.replace(at, add);
  if (after === text) {
    console.error(`${path} has no place like ${at} any more: mend scripts/parts/${kind}.mjs.`);
    process.exit(1);
  }
  texts.set(path, after);
}
for (const [path, text] of texts) writeFileSync(join(root, path), text);
const paths = [...texts.keys()];
const { status } = spawnSync('npx', ['biome', 'check', '--write', '--log-level=error', ...paths], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (status !== 0) process.exit(1);

console.log(`New: ${Object.keys(files).join(', ')}`);
console.log(`Named in: ${paths.filter((path) => !(path in files)).join(', ')}`);
console.log(`Its test: pnpm --filter ${test.package} test ${test.file}`);
console.log(`Then:\n${next.map((line) => `- ${line}`).join('\n')}`);

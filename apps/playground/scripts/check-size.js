// Fails when the JavaScript of the built playground is larger than its budgets, in bytes after gzip: what the page loads
// before it shows itself (the script of index.html and all that it imports statically), and all of it together.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';

const FIRST = 90_000;
/** Room for the program; a library brought in by mistake does not fit. */
const ALL = 300_000;
const dist = new URL('../dist/', import.meta.url);
const read = (name) => readFileSync(new URL(name, dist), 'utf8');
const size = (name) => gzipSync(read(name), { level: 9 }).length;

/** A script and those that it imports statically, of which `import(…)` and `new Worker(…)` are none. */
function withImports(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, path] of read(name).matchAll(
    /(?:^|[;}\n])\s*(?:import|export)[^;()'"]*?["']\.\/([^"']+\.js)["']/g,
  )) {
    withImports(`assets/${path}`, found);
  }
  return found;
}

const entries = [
  ...read('index.html').matchAll(/<(?:script|link)[^>]*?(?:src|href)="\.\/(assets\/[^"]+\.js)"/g),
];
if (entries.length === 0) throw new Error('dist/index.html names no script: build first');
const first = new Set(entries.flatMap(([, name]) => [...withImports(name)]));
const all = readdirSync(new URL('assets/', dist))
  .filter((name) => name.endsWith('.js'))
  .map((name) => `assets/${name}`);
const sum = (names) => [...names].reduce((total, name) => total + size(name), 0);
for (const name of all) {
  console.log(
    `${String(size(name)).padStart(8)}  ${basename(name)}${first.has(name) ? ', before the first paint' : ''}`,
  );
}
for (const [what, bytes, most] of [
  ['before the first paint', sum(first), FIRST],
  ['in all', sum(all), ALL],
]) {
  console.log(`${String(bytes).padStart(8)}  ${what}, of ${most} allowed (bytes after gzip)`);
  if (bytes > most) process.exitCode = 1;
}

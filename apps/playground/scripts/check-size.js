// Fails when JavaScript of the built playground is larger than its budgets, in bytes after gzip, each its own: what the page
// loads before it shows itself (the script of index.html and all that it imports statically), what the page loads when it is
// asked for, the worker that computes, and what that loads: TensorFlow.js. WebAssembly is stated beside them.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Room for the program; a library brought in by mistake does not fit. */
const budgets = {
  'before the first paint': 90_000,
  'of the page, later': 115_000,
  'of the worker': 160_000,
  'of the worker, later': 150_000,
};
const dist = new URL('../dist/', import.meta.url);
const read = (name) => readFileSync(new URL(name, dist));
const size = (name) => gzipSync(read(name), { level: 9 }).length;
const scripts = readdirSync(new URL('assets/', dist))
  .filter((name) => name.endsWith('.js'))
  .map((name) => `assets/${name}`);

/** Scripts that a script imports: statically, or all that it names in any way but those that `new Worker(…)` starts. */
function imports(name, statically) {
  const text = String(read(name));
  if (!statically)
    return scripts.filter(
      (other) => other !== name && !isWorker(other) && text.includes(basename(other)),
    );
  const pattern = /(?:^|[;}\n])\s*(?:import|export)[^;()'"]*?["']\.\/([^"']+\.js)["']/g;
  return [...text.matchAll(pattern)].map(([, path]) => `assets/${path}`);
}

const isWorker = (name) => basename(name).startsWith('worker-');

function closure(names, statically, found = new Set()) {
  for (const name of names) {
    if (found.has(name)) continue;
    found.add(name);
    closure(imports(name, statically), statically, found);
  }
  return found;
}

const entries = [
  ...String(read('index.html')).matchAll(
    /<(?:script|link)[^>]*?(?:src|href)="\.\/(assets\/[^"]+\.js)"/g,
  ),
].map(([, name]) => name);
const workers = scripts.filter(isWorker);
if (entries.length === 0) throw new Error('dist/index.html names no script: build first');
if (workers.length === 0) throw new Error('dist/assets has no worker: build first');
const without = (names, others) => new Set([...names].filter((name) => !others.has(name)));
const first = closure(entries, true);
const worker = closure(workers, true);
const parts = {
  'before the first paint': first,
  'of the page, later': without(closure(entries, false), first),
  'of the worker': worker,
  'of the worker, later': without(closure(workers, false), worker),
};
const unowned = scripts.filter((name) => !Object.values(parts).some((part) => part.has(name)));
if (unowned.length > 0) throw new Error(`no budget counts ${unowned.join(', ')}`);

const line = (bytes, text) => console.log(`${String(bytes).padStart(8)}  ${text}`);
for (const [part, names] of Object.entries(parts)) {
  const bytes = [...names].reduce((total, name) => total + size(name), 0);
  line(bytes, `${part}, of ${budgets[part]} allowed (bytes after gzip)`);
  for (const name of names) line(size(name), `  ${basename(name)}`);
  if (bytes > budgets[part]) process.exitCode = 1;
}
for (const name of readdirSync(new URL('assets/', dist)).filter((file) => file.endsWith('.wasm'))) {
  line(size(`assets/${name}`), `  ${name}, WebAssembly`);
}

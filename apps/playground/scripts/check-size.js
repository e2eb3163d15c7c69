// Fails when the JavaScript of the built playground, all of it, is larger than its budget after gzip.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = 250_000;
const assets = new URL('../dist/assets/', import.meta.url);
const sizes = readdirSync(assets)
  .filter((name) => name.endsWith('.js'))
  .map((name) => [name, gzipSync(readFileSync(new URL(name, assets)), { level: 9 }).length]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
for (const [name, size] of sizes) console.log(`${String(size).padStart(8)}  ${name}`);
console.log(`${String(total).padStart(8)}  in all, of ${BUDGET} allowed (bytes after gzip)`);
if (total > BUDGET) process.exitCode = 1;

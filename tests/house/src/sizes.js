// What each package weighs in a bundle: minified, gzipped, its budget, and what carries it.
// pnpm --filter @softmoe/house-tests sizes [--record]
// --record sets the budgets to 2 % above what the packages weigh now; src/sizes.test.ts holds them to it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleOf, librariesOf } from './bundle.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const file = new URL('../fixtures/sizes.json', import.meta.url);
const record = process.argv.includes('--record');
const budgets = record ? {} : JSON.parse(readFileSync(file, 'utf8'));
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

console.log(
  `${'package'.padEnd(14)}${'gzip'.padStart(10)}${'budget'.padStart(10)}${'minified'.padStart(11)}  carried by`,
);
for (const name of librariesOf(root)) {
  const { gzip, minified, carriers } = await bundleOf(join(root, 'packages', name));
  if (record) budgets[name] = Math.ceil((1.02 * gzip) / 100) * 100;
  const largest = Object.entries(carriers)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 4);
  const carried = largest.map(([from, bytes]) => `${from} ${kB(bytes)}`).join(', ');
  console.log(
    `${name.padEnd(14)}${kB(gzip).padStart(10)}${kB(budgets[name]).padStart(10)}${kB(minified).padStart(11)}  ${carried}`,
  );
}
if (record) writeFileSync(file, `${JSON.stringify(budgets, null, 2)}\n`);

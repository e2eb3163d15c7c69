// What each package weighs: in a bundle, minified and gzipped, with its budget and what carries it; and what it installs.
// pnpm --filter @softmoe/house-tests sizes [--record] [--installed]
// --record sets the budgets to 2 % above what the packages weigh now; src/sizes.test.ts holds them to it.
// --installed also packs them, installs each by npm in an empty project, and prints how many packages and MB came. Needs a build.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleOf, librariesOf } from './bundle.js';
import { footprintsOf } from './footprint.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const file = new URL('../fixtures/sizes.json', import.meta.url);
const record = process.argv.includes('--record');
const budgets = record ? {} : JSON.parse(readFileSync(file, 'utf8'));
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const MB = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** The four heaviest of what a size is made of. */
const carriedBy = (carriers, unit) =>
  Object.entries(carriers)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 4)
    .map(([from, bytes]) => `${from} ${unit(bytes)}`)
    .join(', ');

/** @param {readonly string[]} cells the first and the last of them at the left */
function line([name = '', ...cells]) {
  const last = cells.pop();
  console.log(`${name.padEnd(23)}${cells.map((cell) => cell.padStart(11)).join('')}  ${last}`);
}

const libraries = librariesOf(root);
line(['package', 'gzip', 'budget', 'minified', 'carried by']);
for (const name of libraries) {
  const { gzip, minified, carriers } = await bundleOf(join(root, 'packages', name));
  if (record) budgets[name] = Math.ceil((1.02 * gzip) / 100) * 100;
  line([name, kB(gzip), kB(budgets[name]), kB(minified), carriedBy(carriers, kB)]);
}
if (record) writeFileSync(file, `${JSON.stringify(budgets, null, 2)}\n`);

if (process.argv.includes('--installed')) {
  console.log();
  line(['package', 'installed', 'packages', 'ours', 'carried by']);
  const all = ['softmoe', ...libraries.map((name) => `@softmoe/${name}`)];
  for (const [name, { names, ours, bytes, carriers }] of footprintsOf(root, all)) {
    line([name, MB(bytes), `${names.length}`, `${ours.length}`, carriedBy(carriers, MB)]);
  }
}

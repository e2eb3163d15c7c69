// What a user installs: packs the built packages of a checkout, installs some of them by npm, each in an empty project of
// its own, and prints how many packages came, of others and of ours, and how large they are on the disk.
// node tests/house/src/installed.js [FOLDER] [--of @softmoe/lab --of @softmoe/queue]
// FOLDER is the root of any checkout that is built (`pnpm build`), this one by default. Needs npm and its registry.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { footprintsOf } from './footprint.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { of: { type: 'string', multiple: true, default: ['@softmoe/lab', '@softmoe/queue'] } },
});
const root = resolve(positionals[0] ?? fileURLToPath(new URL('../../..', import.meta.url)));
for (const [name, { names, ours, bytes }] of footprintsOf(root, values.of)) {
  const size = Math.ceil(bytes / 2 ** 20);
  console.log(`${name}: ${names.length} packages, ${ours.length} of ours, ${size} MB`);
}

// Whether today's code gives the bits on record: seeds 0 to 9 of three presets, of one of them in both variants of the exact loss, and an online run on either kernel.
// pnpm --filter @softmoe/bits-tests bits [canonical quick exact-simd softmax online] [--record]
// Those on record were made on Node 20 and x86-64: relaxed kernels have other last bits elsewhere.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bitsOf, runs } from './runs.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'boolean', default: false } },
});
const file = new URL('../fixtures/bits.json', import.meta.url);
const asked = runs.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.startsWith(word)),
);
const recorded = values.record ? {} : JSON.parse(readFileSync(file, 'utf8'));

const found = {};
let different = 0;
for (const run of asked) {
  found[run.name] = await bitsOf(run);
  const changed = Object.keys(found[run.name]).filter(
    (part) => found[run.name][part] !== recorded[run.name]?.[part],
  );
  if (changed.length > 0) different++;
  console.log(
    `${run.name}: ${values.record ? 'recorded' : changed.length > 0 ? `other ${changed.join(', ')}` : 'the same bits'}`,
  );
}
if (values.record) writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
else {
  console.log(`${asked.length - different} of ${asked.length} runs have the bits on record`);
  process.exitCode = different > 0 ? 1 : 0;
}

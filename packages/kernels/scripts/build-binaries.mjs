// Compiles assembly/ and writes both binaries into src/binaries/ as modules of base64, so that they load wherever
// JavaScript does: no fetch, no file, no bundler option.

import { mkdir, writeFile } from 'node:fs/promises';
import { compile, moduleOf, variants } from './asc.mjs';

const folder = new URL('../src/binaries/', import.meta.url);

await mkdir(folder, { recursive: true });
for (const variant of variants) {
  const binary = await compile(variant);
  await writeFile(new URL(`${variant}.ts`, folder), moduleOf(binary));
  console.log(`${variant}: ${binary.length} bytes`);
}

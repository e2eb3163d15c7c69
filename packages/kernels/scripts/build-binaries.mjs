// Compiles assembly/ and writes the binaries into src/binaries/ as modules of base64, so that they load wherever
// JavaScript does: no fetch, no file, no bundler option.

import { mkdir, writeFile } from 'node:fs/promises';
import { binaries, compile, moduleOf } from './asc.mjs';

const folder = new URL('../src/binaries/', import.meta.url);

await mkdir(folder, { recursive: true });
for (const [name, { variant, entry }] of Object.entries(binaries)) {
  const binary = await compile(variant, entry);
  await writeFile(new URL(`${name}.ts`, folder), moduleOf(binary));
  console.log(`${name}: ${binary.length} bytes`);
}

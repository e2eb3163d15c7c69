// What `prepack` does beside the build, in a package's folder: brings the theory along that its docstrings cite by numbered
// equation, as docs/theory.md, takes from dist what an earlier build left of sources that are gone, and refuses a package whose
// package.json promises files that are not there.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { name, exports, bin = {}, files } = JSON.parse(readFileSync('package.json', 'utf8'));

if (files.includes('docs')) {
  cpSync(fileURLToPath(new URL('../docs/theory.md', import.meta.url)), 'docs/theory.md');
}

const built = existsSync('dist') ? readdirSync('dist', { recursive: true, encoding: 'utf8' }) : [];
for (const file of built) {
  const source = file.replace(/\.(?:js|d\.ts)(?:\.map)?$/, '');
  if (source !== file && !existsSync(join('src', `${source}.ts`))) rmSync(join('dist', file));
}

/** Every file that a value of `exports` leads to, but sources, which only this repository asks for. */
function filesOf(entry) {
  if (typeof entry === 'string') return [entry];
  return Object.entries(entry).flatMap(([condition, target]) =>
    condition === '@softmoe/source' ? [] : filesOf(target),
  );
}

const missing = [...filesOf(exports), ...Object.values(bin)].filter((file) => !existsSync(file));
if (missing.length > 0) {
  console.error(
    `${name} cannot be packed: ${missing.join(', ')} missing. Build it first: pnpm build`,
  );
  process.exit(1);
}

// From `npm install @softmoe/population` in an empty folder to an exact gradient on the screen, as README.md says it: the seconds that
// each command takes. pnpm --filter @softmoe/consumer-tests first-gradient     needs a build (`pnpm build`)
// The packages are this checkout's, packed; npm's own cache is left as it is.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dependenciesOn, packAll } from '../../house/src/packed.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [, example] = readFileSync(join(root, 'README.md'), 'utf8').match(
  /```js\n(\/\/ loss\.mjs\n[\s\S]*?)```/,
);

const folder = mkdtempSync(join(tmpdir(), 'softmoe-first-'));
try {
  const tarballs = join(folder, 'tarballs');
  const user = join(folder, 'user');
  mkdirSync(tarballs);
  mkdirSync(user);
  packAll(root, tarballs);
  const { overrides, dependencies } = dependenciesOn(tarballs, ['@softmoe/population']);
  // Where npm finds the packages, in place of its registry.
  writeFileSync(join(user, 'package.json'), JSON.stringify({ private: true, overrides }));
  writeFileSync(join(user, 'loss.mjs'), example);
  const file = dependencies['@softmoe/population'];
  const seconds =
    timed(user, 'npm install @softmoe/population', 'npm', ['install', file]) +
    timed(user, 'node loss.mjs', 'node', ['loss.mjs']);
  console.log(`${seconds.toFixed(1)} s in all`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs a command, shown as a user types it, with what it prints and the seconds that it takes; returns these. */
function timed(cwd, shown, command, args) {
  console.log(`$ ${shown}`);
  const begun = performance.now();
  execFileSync(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  const seconds = (performance.now() - begun) / 1000;
  console.log(`  ${seconds.toFixed(1)} s`);
  return seconds;
}

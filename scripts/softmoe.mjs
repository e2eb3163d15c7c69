// The command softmoe of a clone, built first where something has changed since it was built last: `npm run softmoe -- …`.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'packages/cli/dist/main.js');
/** Holds the state that was built last; an install from scratch takes it away. */
const stamp = join(root, 'node_modules/.cache/softmoe/built');

const packages = readdirSync(join(root, 'packages'))
  .sort()
  .map((name) => join(root, 'packages', name));

/** The state of all that the build reads: names, sizes and times of change. */
function sources() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  };
  for (const name of ['package.json', 'pnpm-lock.yaml', 'tsconfig.base.json'])
    add(join(root, name));
  for (const folder of packages) {
    for (const file of ['package.json', 'tsconfig.json']) add(join(folder, file));
    const src = join(folder, 'src');
    const files = existsSync(src) ? readdirSync(src, { recursive: true }).sort() : [];
    for (const file of files) if (!/\.test\.\w+$/.test(file)) add(join(src, file));
  }
  return hash.digest('hex');
}

/** Whether what a build writes is there. */
function isBuilt() {
  const all = packages.filter((folder) => existsSync(join(folder, 'tsconfig.json')));
  return existsSync(main) && all.every((folder) => existsSync(join(folder, 'dist/.tsbuildinfo')));
}

/** Runs pnpm with all that it says on stderr: stdout is the command's own. */
function pnpm(...args) {
  const { status } = spawnSync('npx', ['-y', 'pnpm@12.21.0', ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

const before = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
const now = sources();
if (before !== now || !isBuilt()) {
  const why = before === undefined ? 'it is not built yet' : 'something has changed';
  process.stderr.write(`softmoe: building, since ${why} …\n`);
  pnpm('install', '--frozen-lockfile', '--reporter=silent');
  pnpm('exec', 'tsc', '-b', 'packages/cli');
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}
process.argv[1] = main;
await import(pathToFileURL(main).href);

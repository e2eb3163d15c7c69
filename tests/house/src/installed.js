// What a user installs: packs the built packages of a checkout, installs some of them by npm, each in an empty project of
// its own, and prints how many packages came, of others and of ours, and how large they are on the disk.
// node tests/house/src/installed.js [FOLDER] [--of @softmoe/lab --of @softmoe/queue]
// FOLDER is the root of any checkout that is built (`pnpm build`), this one by default. Needs npm and its registry.
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dependenciesOn, packAll } from './packed.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { of: { type: 'string', multiple: true, default: ['@softmoe/lab', '@softmoe/queue'] } },
});
const root = resolve(positionals[0] ?? fileURLToPath(new URL('../../..', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'softmoe-installed-'));
try {
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  packAll(root, tarballs);
  for (const [i, name] of values.of.entries()) {
    const project = join(folder, String(i));
    mkdirSync(project);
    const manifest = { private: true, ...dependenciesOn(tarballs, [name]) };
    writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    execFileSync('npm', ['install', ...quiet], {
      cwd: project,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const modules = join(project, 'node_modules');
    const names = installedNames(modules);
    const ours = names.filter((path) => /^(@softmoe\/[^/]+|softmoe)$/.test(path));
    const size = Math.ceil(diskUsage(modules) / 2 ** 20);
    console.log(`${name}: ${names.length} packages, ${ours.length} of ours, ${size} MB`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Every installed package, those inside others too: npm's own list of what it has put there. */
function installedNames(modules) {
  const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
  return Object.keys(packages).map((path) => path.replace(/^node_modules\//, ''));
}

/** Bytes that a folder takes on the disk: those of `du`. */
function diskUsage(path) {
  const stats = lstatSync(path);
  const inside = stats.isDirectory() ? readdirSync(path) : [];
  return inside.reduce((sum, name) => sum + diskUsage(join(path, name)), 512 * stats.blocks);
}

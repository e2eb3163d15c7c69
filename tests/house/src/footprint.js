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
import { join } from 'node:path';
import { dependenciesOn, packAll } from './packed.js';

/**
 * What npm puts on the disk for a packed package, in an empty project: names of all packages, the bytes of `du`, and the bytes of
 * each package by its name.
 * @typedef {{ names: string[], ours: string[], bytes: number, carriers: Record<string, number> }} Footprint
 */

/**
 * Packs the built packages of the checkout at `root`, and installs each of these by npm in an empty project of its own, one after the
 * other. Needs npm and its registry.
 * @param {string} root
 * @param {readonly string[]} packages as npm knows them
 * @returns {Generator<[name: string, footprint: Footprint]>}
 */
export function* footprintsOf(root, packages) {
  const folder = mkdtempSync(join(tmpdir(), 'softmoe-installed-'));
  try {
    const tarballs = join(folder, 'tarballs');
    mkdirSync(tarballs);
    packAll(root, tarballs);
    for (const name of packages) yield [name, footprintOf(tarballs, name, join(folder, 'project'))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} tarballs
 * @param {string} name
 * @param {string} project a folder that is made for it and taken away
 * @returns {Footprint}
 */
function footprintOf(tarballs, name, project) {
  mkdirSync(project);
  const manifest = { private: true, ...dependenciesOn(tarballs, [name]) };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  execFileSync('npm', ['install', ...quiet], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const modules = join(project, 'node_modules');
  // npm's own list of what it has put there, also inside other packages.
  const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
  const names = Object.keys(packages).map((path) => path.replace(/^node_modules\//, ''));
  const carriers = Object.fromEntries(
    names
      .filter((path) => !path.includes('/node_modules/'))
      .map((path) => [path, diskUsage(join(modules, path))]),
  );
  const footprint = {
    names,
    ours: names.filter((path) => /^(@softmoe\/[^/]+|softmoe)$/.test(path)),
    bytes: diskUsage(modules),
    carriers,
  };
  rmSync(project, { recursive: true, force: true });
  return footprint;
}

/** Bytes that a folder takes on the disk: those of `du`. @param {string} path @returns {number} */
function diskUsage(path) {
  const stats = lstatSync(path);
  const inside = stats.isDirectory() ? readdirSync(path) : [];
  return inside.reduce((sum, name) => sum + diskUsage(join(path, name)), 512 * stats.blocks);
}

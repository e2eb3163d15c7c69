import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { packAll } from '../../house/src/packed.js';
import { instructionsOf, packages } from '../src/instructions.ts';
import { manifestOf } from '../src/user.ts';
import type { Row } from './row.ts';
import { packagesOfRuntimes } from './runtimes.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    rows: Row[];
    /** Folder in whose node_modules the runtimes are. */
    runtimes: string;
  }
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Packs all packages, and installs each by npm in an empty folder of its own, with what its README says beside it. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'softmoe-matrix-'));
  try {
    const tarballs = join(folder, 'tarballs');
    mkdirSync(tarballs);
    packAll(root, tarballs);
    const runtimes = join(folder, 'runtimes');
    await npmInstall(runtimes, { dependencies: packagesOfRuntimes });
    const rows: Row[] = [];
    for (const name of [...packages, 'cli']) {
      const { names, examples, printed } = instructionsOf(name);
      const path = join(folder, name);
      const asked = name === 'cli' ? ['softmoe'] : names.filter((each) => each.includes('softmoe'));
      await npmInstall(path, manifestOf(tarballs, asked));
      const id = asked.find((each) => each === 'softmoe' || each === `@softmoe/${name}`);
      if (!id) throw new Error(`the README of ${name} does not install it`);
      rows.push({
        name,
        id,
        path,
        examples,
        printed,
        entries: entriesOf(join(path, 'node_modules', id), id),
        needsNode: usesNode(path),
      });
    }
    project.provide('rows', rows);
    project.provide('runtimes', runtimes);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return () => rmSync(folder, { recursive: true, force: true });
}

async function npmInstall(path: string, manifest: object): Promise<void> {
  mkdirSync(path);
  writeFileSync(
    join(path, 'package.json'),
    JSON.stringify({ private: true, type: 'module', ...manifest }),
  );
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await promisify(execFile)('npm', ['install', ...quiet], {
    cwd: path,
    shell: process.platform === 'win32',
  });
}

/** What asks for an optional peer that no row installs: tests/consumer/src/layers.test.ts does. */
const besides = ['./layers'];

/** What can be imported of an installed package, its package.json aside. */
function entriesOf(installed: string, id: string): string[] {
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  return Object.keys(exports)
    .filter((entry) => entry !== './package.json' && !besides.includes(entry))
    .map((entry) => id + entry.slice(1));
}

/** Whether any installed package of ours asks for a module of Node: its own code, not that of others. */
function usesNode(path: string): boolean {
  const modules = join(path, 'node_modules');
  const ours = readdirSync(join(modules, '@softmoe')).map((name) =>
    join(modules, '@softmoe', name, 'dist'),
  );
  return ours.some((dist) =>
    readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .some((file) => /(from|import)\s*\(?['"]node:/.test(readFileSync(join(dist, file), 'utf8'))),
  );
}

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A copy of this repository to release from. */
export interface Checkout {
  readonly path: string;
  run(command: string, ...args: string[]): string;
  pnpm(...args: string[]): string;
  remove(): void;
}

/** Runs a program in a folder and gives what it printed. Throws what it said on stderr where it fails. */
export function runIn(cwd: string, command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
}

/** All files that git knows or would know, installed, in a repository of their own; built but for the `unbuilt` package. */
export function copyOfRepository(unbuilt: string): Checkout {
  const path = mkdtempSync(join(tmpdir(), 'softmoe-release-'));
  const files = runIn(root, 'git', 'ls-files', '-co', '--exclude-standard', '-z').split('\0');
  for (const file of files) {
    if (file && existsSync(join(root, file))) cpSync(join(root, file), join(path, file));
  }
  for (const name of readdirSync(join(root, 'packages'))) {
    const [from, to] = [root, path].map((base) => join(base, 'packages', name, 'dist'));
    if (name !== unbuilt && existsSync(from!))
      cpSync(from!, to!, { recursive: true, preserveTimestamps: true });
  }
  const run: Checkout['run'] = (command, ...args) => runIn(path, command, ...args);
  const pnpm: Checkout['pnpm'] = (...args) => run('npx', '-y', 'pnpm@12.21.0', ...args);
  run('git', 'init', '--quiet', '--initial-branch=main');
  commit(run, 'Start');
  pnpm('install', '--frozen-lockfile', '--prefer-offline', '--reporter=silent');
  return { path, run, pnpm, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Commits all that has changed, as a person of no name. */
export function commit(run: Checkout['run'], message: string): void {
  run('git', 'add', '--all');
  const author = ['-c', 'user.name=nobody', '-c', 'user.email=nobody@example.org'];
  run('git', ...author, 'commit', '--quiet', '--no-gpg-sign', '-m', message);
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dependenciesOn } from '../../house/src/packed.js';

/** A user's empty project outside the workspace. */
export interface UserProject {
  readonly path: string;
  write(name: string, content: string): void;
  /** Runs a command in the project; returns what it printed on stdout. */
  run(command: string, ...args: string[]): string;
  remove(): void;
}

/** Packages of others that a user installs along with one of ours: its peers. */
const peers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '@softmoe/backend-tfjs': {
    '@tensorflow/tfjs-core': '4.22.0',
    '@tensorflow/tfjs-backend-wasm': '4.22.0',
  },
};

/** The package.json of a project that depends on the packed packages of these names, with their peers. */
export function manifestOf(tarballs: string, names: readonly string[]): object {
  const packed = dependenciesOn(tarballs, names);
  for (const name of names) Object.assign(packed.dependencies, peers[name]);
  return { name: 'user', private: true, type: 'module', ...packed };
}

/** A project that has installed the packed packages of these names, with their peers. */
export function install(tarballs: string, ...names: string[]): UserProject {
  const path = mkdtempSync(join(tmpdir(), 'softmoe-user-'));
  const project: UserProject = {
    path,
    write(name, content) {
      mkdirSync(join(path, name, '..'), { recursive: true });
      writeFileSync(join(path, name), content);
    },
    run: (command, ...args) =>
      execFileSync(command, args, {
        cwd: path,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_ENV: 'production' },
      }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
  project.write('package.json', JSON.stringify(manifestOf(tarballs, names)));
  project.run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error');
  return project;
}

/** Names of the workspace's packages that are installed in the project. */
export function installed(project: UserProject): string[] {
  return readdirSync(join(project.path, 'node_modules', '@softmoe')).sort();
}

/** Runs a script as a module in a folder and returns what it printed. */
export function runIn(folder: string, script: string, env: NodeJS.ProcessEnv = {}): string {
  writeFileSync(join(folder, 'example.mjs'), script);
  return execFileSync('node', ['example.mjs'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/**
 * A project that has installed the packed packages of these names. All tarballs are offered as overrides, as a registry
 * would offer them, so that only what the named packages ask for is installed.
 */
export function install(tarballs: string, ...names: string[]): UserProject {
  const path = mkdtempSync(join(tmpdir(), 'softmoe-user-'));
  const fileOf = (name: string) => {
    const stem = name.replace('@', '').replace('/', '-');
    const file = readdirSync(tarballs).find(
      (f) => f.startsWith(`${stem}-`) && /-\d/.test(f.slice(stem.length)),
    );
    if (!file) throw new Error(`no tarball of ${name}`);
    return `file:${join(tarballs, file)}`;
  };
  const all = readdirSync(tarballs).map((file) =>
    file.replace(/-\d.*$/, '').replace(/^softmoe-/, '@softmoe/'),
  );
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
  const dependencies = Object.fromEntries([
    ...names.map((name) => [name, fileOf(name)] as const),
    ...names.flatMap((name) => Object.entries(peers[name] ?? {})),
  ]);
  const overrides = Object.fromEntries(
    all.filter((name) => !names.includes(name)).map((name) => [name, fileOf(name)]),
  );
  project.write(
    'package.json',
    JSON.stringify({ name: 'user', private: true, type: 'module', dependencies, overrides }),
  );
  project.run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error');
  return project;
}

/** Names of the workspace's packages that are installed in the project. */
export function installed(project: UserProject): string[] {
  return readdirSync(join(project.path, 'node_modules', '@softmoe')).sort();
}

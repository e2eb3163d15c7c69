import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dependenciesOn } from '../../house/src/packed.js';

const here = fileURLToPath(new URL('.', import.meta.url));

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
  const packed = dependenciesOn(tarballs, names);
  for (const name of names) Object.assign(packed.dependencies, peers[name]);
  project.write(
    'package.json',
    JSON.stringify({ name: 'user', private: true, type: 'module', ...packed }),
  );
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

/** Checks a script as strict TypeScript, the types of what it imports included; returns what is wrong, nothing at best. */
export function typecheck(
  folder: string,
  script: string,
  { compiler = 'typescript', skipLibCheck = false } = {},
): string {
  writeFileSync(join(folder, 'example.ts'), script);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      files: ['example.ts'],
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck,
        noEmit: true,
        target: 'es2022',
        lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'],
        module: 'nodenext',
        types: ['node'],
        typeRoots: [join(here, '../node_modules/@types')],
      },
    }),
  );
  const tsc = join(here, '../node_modules', compiler, 'bin/tsc');
  const { stdout, stderr } = spawnSync('node', [tsc, '-p', folder], { encoding: 'utf8' });
  return stdout + stderr;
}

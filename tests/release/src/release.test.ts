import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Checkout, commit, copyOfRepository, runIn } from './checkout.ts';
import { type Registry, startRegistry } from './registry.ts';

const UNBUILT = 'prune';

let checkout: Checkout;
let registry: Registry;
beforeAll(async () => {
  checkout = copyOfRepository(UNBUILT);
  registry = await startRegistry();
});
afterAll(async () => {
  checkout?.remove();
  await registry?.close();
});

const manifests = () =>
  readdirSync(join(checkout.path, 'packages')).map((folder) =>
    JSON.parse(readFileSync(join(checkout.path, 'packages', folder, 'package.json'), 'utf8')),
  );
const versions = () => [...new Set(manifests().map(({ version }) => version))];
const failureOf = (work: () => string): string => {
  try {
    return `no failure: ${work()}`;
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
};

describe('a release', () => {
  it('is refused while changesets are pending', () => {
    expect(failureOf(() => checkout.run('node', 'scripts/release.mjs'))).toMatch(
      /^\d+ changesets are pending\. Run `pnpm changeset version`/,
    );
  });

  it('starts at 0.1.0 in every package, with changelogs of words alone', () => {
    checkout.pnpm('exec', 'changeset', 'version');
    expect(versions()).toEqual(['0.1.0']);
    const changelog = readFileSync(join(checkout.path, 'packages/cli/CHANGELOG.md'), 'utf8');
    expect(changelog).toMatch(/^# softmoe\n\n## 0\.1\.0\n\n### Minor Changes\n\n- /);
    expect(changelog).not.toMatch(/Updated dependencies|^- [0-9a-f]{7}:/m);
    commit(checkout.run, 'Version');
  });

  it('is refused to whom the names are not: nobody, or somebody who does not own them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'softmoe-npm-'));
    const refusal = (user: string) => {
      writeFileSync(join(folder, 'npm'), `#!/bin/sh\n[ "$1" = whoami ] && ${user}\n`, {
        mode: 0o755,
      });
      const { PATH } = process.env;
      const path = `PATH=${folder}:${PATH}`;
      return failureOf(() => checkout.run('env', path, 'node', 'scripts/release.mjs'));
    };
    try {
      expect(refusal('exit 1')).toMatch(/^Nobody is logged in to npm: run `npm login`/);
      expect(refusal('echo ada')).toMatch(
        /^ada does not own the names `softmoe` and `@softmoe` on npm\. Before the first publication a person must create the organisation softmoe/,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('publishes every package, also from an unbuilt checkout, and they install and run', () => {
    writeFileSync(join(checkout.path, '.npmrc'), registry.npmrc);
    const said = checkout.run(
      'node',
      'scripts/release.mjs',
      '--publish',
      '--registry',
      registry.url,
    );
    expect(said).toContain(`${manifests().length} packages at 0.1.0 published.`);
    const user = mkdtempSync(join(tmpdir(), 'softmoe-user-'));
    try {
      writeFileSync(join(user, '.npmrc'), registry.npmrc);
      writeFileSync(join(user, 'package.json'), '{ "private": true, "type": "module" }');
      runIn(
        user,
        'npm',
        'install',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        'softmoe',
        '@softmoe/queue',
      );
      expect(runIn(user, 'npx', 'softmoe', '--version').trim()).toBe('0.1.0');
      expect(runIn(user, 'npx', 'softmoe', 'run', 'quick', '--quiet')).toContain('certified');
      const lock = readFileSync(join(user, 'package-lock.json'), 'utf8');
      const ours = Object.entries(JSON.parse(lock).packages as Record<string, { version: string }>)
        .filter(([path]) => /node_modules\/(@softmoe\/\w|softmoe$)/.test(path))
        .map(([, { version }]) => version);
      expect(new Set(ours)).toEqual(new Set(['0.1.0']));
      expect(ours).toHaveLength(manifests().length);
      const theory = join(user, 'node_modules/@softmoe/population/docs/theory.md');
      expect(readFileSync(theory, 'utf8')).toContain('\\tag{12}');
    } finally {
      rmSync(user, { recursive: true, force: true });
    }
  });

  it('after a minor change of one package is 0.2.0 in all: a peer of the command does not make it 1.0.0', () => {
    const changeset = "---\n'@softmoe/queue': minor\n---\n\nQueues that pause.\n";
    writeFileSync(join(checkout.path, '.changeset/pause.md'), changeset);
    commit(checkout.run, 'Pause queues');
    checkout.pnpm('exec', 'changeset', 'version');
    expect(versions()).toEqual(['0.2.0']);
    const command = manifests().find(({ name }) => name === 'softmoe');
    expect(command.peerDependencies).toEqual({ '@softmoe/queue': 'workspace:>=0.0.0 <1.0.0' });
  });
});

describe('packing', () => {
  const script = new URL('../../../scripts/prepack.mjs', import.meta.url).pathname;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'softmoe-packed-'));
    const exports = {
      '.': {
        '@softmoe/source': './src/index.ts',
        types: './dist/index.d.ts',
        default: './dist/index.js',
      },
    };
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'empty', exports, files: ['dist'] }),
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses a package whose exports are missing', () => {
    expect(failureOf(() => runIn(folder, 'node', script))).toBe(
      'empty cannot be packed: ./dist/index.d.ts, ./dist/index.js missing. Build it first: pnpm build\n',
    );
  });

  it('takes along nothing that an earlier build left of sources that are gone', () => {
    for (const file of ['src/index.ts', 'src/part/kept.ts']) write(file);
    const built = ['index', 'part/kept'].flatMap((name) =>
      ['js', 'js.map', 'd.ts', 'd.ts.map'].map((end) => `${name}.${end}`),
    );
    const gone = ['removed.js', 'removed.d.ts', 'part/removed.js.map'];
    for (const file of [...built, ...gone, '.tsbuildinfo']) write(`dist/${file}`);
    runIn(folder, 'node', script);
    const left = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(left.filter((file) => file !== 'part').sort()).toEqual(
      [...built, '.tsbuildinfo'].sort(),
    );
  });

  function write(file: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
});

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { entriesOf } from './source.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const packages = readdirSync(join(root, 'packages'));
const shared = [
  '.gitignore',
  'biome.json',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.tests.json',
  'vitest.shared.ts',
];
const kinds = ['gate', 'expert', 'integrator', 'claim'];

/** What parts are made in: a copy, so that this checkout stays as it is. Its packages have this one's dependencies. */
let copy: string;
let created: string[];

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'softmoe-part-'));
  for (const name of shared) cpSync(join(root, name), join(copy, name));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  for (const name of packages) {
    const [from, to] = [join(root, 'packages', name), join(copy, 'packages', name)];
    const left = ['node_modules', 'dist', '.turbo'];
    cpSync(from, to, { recursive: true, filter: (path) => !left.includes(basename(path)) });
    symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'), 'junction');
  }
  created = kinds.map((kind) =>
    execFileSync(
      process.execPath,
      [join(root, 'scripts/create-part.mjs'), kind, `made-${kind}`, '--root', copy],
      { encoding: 'utf8' },
    ),
  );
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

it.each(kinds)('create-part %s makes a part whose test passes', (kind) => {
  const said = created[kinds.indexOf(kind)] ?? '';
  const [, name = '', file = ''] = /--filter @softmoe\/(\S+) test (\S+)/.exec(said) ?? [];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const out = execFileSync(process.execPath, [vitest, 'run', file, '--maxWorkers=1'], {
    cwd: join(copy, 'packages', name),
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(out).toMatch(/Test Files {2}1 passed \(1\)/);
});

it('create-part leaves types that hold in every package', () => {
  const entries = [...entriesOf(root)].map(([name, path]) => [name, [`./${path}`]]);
  const project = {
    extends: './tsconfig.tests.json',
    compilerOptions: { paths: Object.fromEntries(entries) },
    include: ['packages/*/src'],
  };
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify(project));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = { cwd: copy, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', '.'], options);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

it('create-part makes nothing twice, and no part of another kind', () => {
  const run = (...args: string[]) =>
    execFileSync(
      process.execPath,
      [join(root, 'scripts/create-part.mjs'), ...args, '--root', copy],
      {
        encoding: 'utf8',
        stdio: 'pipe',
      },
    );
  expect(() => run('gate', 'made-gate')).toThrow(/made-gate\.ts is there already/);
  expect(() => run('router', 'x')).toThrow(/gate\|expert\|integrator\|claim NAME/);
  expect(() => run('gate', 'Made')).toThrow(/gate\|expert\|integrator\|claim NAME/);
});

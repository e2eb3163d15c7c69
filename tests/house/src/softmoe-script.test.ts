import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

/** In the place of npx: tells what it is asked for, and builds a command that prints its arguments. */
const NPX = `#!/bin/sh
echo "$@" >> "$BUILDS"
[ -e broken ] && exit 9
mkdir -p packages/cli/dist
echo "console.log(process.argv.slice(2).join(' ')); process.exitCode = 3;" > packages/cli/dist/main.js
touch packages/cli/dist/.tsbuildinfo
`;

const script = fileURLToPath(new URL('../../../scripts/softmoe.mjs', import.meta.url));
let root: string;
const at = (...names: string[]) => join(root, ...names);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'softmoe-clone-'));
  await mkdir(at('packages', 'cli', 'src'), { recursive: true });
  await mkdir(at('bin'));
  await cp(script, at('scripts', 'softmoe.mjs'));
  await writeFile(at('bin', 'npx'), NPX, { mode: 0o755 });
  await writeFile(at('package.json'), '{ "type": "module" }');
  await writeFile(at('packages', 'cli', 'tsconfig.json'), '{}');
  await writeFile(at('packages', 'cli', 'src', 'main.ts'), '');
});
afterEach(() => rm(root, { recursive: true, force: true }));

function run(...argv: string[]) {
  const env = { PATH: `${at('bin')}${delimiter}${process.env.PATH}`, BUILDS: at('builds') };
  const node = [at('scripts', 'softmoe.mjs'), ...argv];
  return spawnSync(process.execPath, node, { encoding: 'utf8', env });
}

it('the script of a clone builds at first, says so, and hands on arguments and exit code', async () => {
  const first = run('run', '--seed', '7');
  expect(first.stdout).toBe('run --seed 7\n');
  expect(first.stderr).toBe('softmoe: building, since it is not built yet …\n');
  expect(first.status).toBe(3);
  expect(await readFile(at('builds'), 'utf8')).toMatch(
    /install[^\n]*\n[^\n]*tsc -b packages\/cli\n$/,
  );
});

it('the script of a clone builds again only when a source has changed, come or gone, or the build is gone', async () => {
  run();
  const silent = () => expect(run('again')).toMatchObject({ stdout: 'again\n', stderr: '' });
  const builds = () =>
    expect(run('again')).toMatchObject({
      stdout: 'again\n',
      stderr: 'softmoe: building, since something has changed …\n',
    });
  silent();
  await writeFile(at('packages', 'cli', 'src', 'main.test.ts'), 'a test');
  silent();
  await writeFile(at('packages', 'cli', 'src', 'main.ts'), 'changed');
  builds();
  silent();
  await writeFile(at('packages', 'cli', 'src', 'more.ts'), '');
  builds();
  await rm(at('packages', 'cli', 'src', 'more.ts'));
  builds();
  await rm(at('packages', 'cli', 'dist'), { recursive: true });
  builds();
  silent();
});

it('the script of a clone does not run what could not be built', async () => {
  run();
  await writeFile(at('broken'), '');
  await writeFile(at('packages', 'cli', 'src', 'main.ts'), 'broken');
  expect(run('again')).toMatchObject({ stdout: '', status: 9 });
  await rm(at('broken'));
  expect(run('again')).toMatchObject({ stdout: 'again\n', status: 3 });
});

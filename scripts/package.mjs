// Checks of the one package in whose folder this runs, on sources: nothing has to be built. `pnpm lint` and `pnpm typecheck`
// at the root check all, and what only shows there: unused exports, and the AssemblyScript of the kernels.
// node ../../scripts/package.mjs lint|typecheck
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.cwd();

const checks = {
  /** Format, lint, and the table of which package may import which. */
  lint() {
    run(folder, 'biome', 'check', '.');
    run(root, 'depcruise', relative(root, folder));
  },
  /** Types of the sources, as they are built, and of the tests. */
  typecheck() {
    const sources = ['--noEmit', '--composite', 'false', '--incremental', 'false', '--declaration'];
    const imports = ['--rootDir', root, '--customConditions', '@softmoe/source'];
    run(folder, 'tsc', '-p', '.', ...sources, ...imports);
    const cache = join(folder, 'node_modules', '.cache');
    mkdirSync(cache, { recursive: true });
    const project = join(cache, 'tsconfig.tests.json');
    const include = [join(folder, 'src/**/*.test.ts')];
    writeFileSync(project, JSON.stringify({ extends: join(root, 'tsconfig.tests.json'), include }));
    run(folder, 'tsc', '-p', project);
  },
};

function run(cwd, command, ...args) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const check = checks[process.argv[2]];
if (!check) throw new Error(`Say which check: ${Object.keys(checks).join(' or ')}`);
check();

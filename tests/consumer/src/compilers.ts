import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));

/** The compilers that packages are for, by what they are called here: the package that each is in. */
export const compilers: Readonly<Record<string, string>> = {
  'TS 5.7': 'typescript-oldest',
  'TS 5.9': 'typescript-5.9',
  'TS 7': 'typescript',
};

/** Packages whose types use the types of tfjs, which do not check by themselves. */
export const onTfjs: readonly string[] = ['backend-tfjs'];

const options = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  target: 'es2022',
  lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'],
  module: 'nodenext',
  types: ['node'],
  typeRoots: [join(modules, '@types')],
};

/**
 * What a compiler says of programs as files of a user's folder, the types of all that they import included unless
 * `skipLibCheck`.
 */
export function complaintsOf(
  compiler: string,
  folder: string,
  programs: Readonly<Record<string, string>>,
  skipLibCheck: boolean,
): string {
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
  const config = { files: Object.keys(programs), compilerOptions: { ...options, skipLibCheck } };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(modules, compiler, 'bin/tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  return stdout + stderr;
}

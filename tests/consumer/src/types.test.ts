import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { instructionsOf, packages } from './instructions.ts';
import { install, type UserProject } from './user.ts';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));

/** Those whose types use the types of tfjs, which do not check by themselves. */
const UNTYPED = ['backend-tfjs'];
const typed = packages.filter((name) => !UNTYPED.includes(name));

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

describe('examples of READMEs are strict TypeScript, the types of all that they import included', () => {
  let user: UserProject;
  beforeAll(() => {
    user = install(inject('tarballs'), ...packages.map((name) => `@softmoe/${name}`));
  });
  afterAll(() => user.remove());

  function complaintsOf(compiler: string, names: readonly string[], skipLibCheck: boolean): string {
    const files = names.flatMap((name) =>
      instructionsOf(name).examples.map((example, i) => {
        user.write(`${name}-${i}.ts`, example);
        return `${name}-${i}.ts`;
      }),
    );
    const compilerOptions = { ...options, skipLibCheck };
    user.write('tsconfig.json', JSON.stringify({ files, compilerOptions }));
    const tsc = join(modules, compiler, 'bin/tsc');
    const { stdout, stderr } = spawnSync('node', [tsc, '-p', user.path], { encoding: 'utf8' });
    return stdout + stderr;
  }

  describe.each([
    ['the oldest that works, 5.7', 'typescript-oldest'],
    ['5.9', 'typescript-5.9'],
    ['7', 'typescript'],
  ])('TypeScript %s', (_, compiler) => {
    it('checks every package but those on tfjs', () => {
      expect(complaintsOf(compiler, typed, false)).toBe('');
    });

    it('checks those on tfjs without its own types', () => {
      expect(complaintsOf(compiler, UNTYPED, true)).toBe('');
    });
  });
});

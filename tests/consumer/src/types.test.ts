import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { compilers, complaintsOf, onTfjs } from './compilers.ts';
import { instructionsOf, packages } from './instructions.ts';
import { install, type UserProject } from './user.ts';

const typed = packages.filter((name) => !onTfjs.includes(name));

describe('examples of READMEs are strict TypeScript, the types of all that they import included', () => {
  let user: UserProject;
  beforeAll(() => {
    user = install(inject('tarballs'), ...packages.map((name) => `@softmoe/${name}`));
  });
  afterAll(() => user.remove());

  function complaints(compiler: string, names: readonly string[], skipLibCheck: boolean): string {
    const programs = names.flatMap((name) =>
      instructionsOf(name).examples.map((example, i) => [`${name}-${i}.ts`, example] as const),
    );
    return complaintsOf(compiler, user.path, Object.fromEntries(programs), skipLibCheck);
  }

  describe.each(Object.entries(compilers))('%s', (_, compiler) => {
    it('checks every package but those on tfjs', () => {
      expect(complaints(compiler, typed, false)).toBe('');
    });

    it('checks those on tfjs without its own types', () => {
      expect(complaints(compiler, onTfjs, true)).toBe('');
    });
  });
});

import { describe, expect, inject, it } from 'vitest';
import { compilers, complaintsOf, onTfjs } from './compilers.ts';
import { instructionsOf, packages } from './instructions.ts';

const typed = packages.filter((name) => !onTfjs.includes(name));

describe('examples of READMEs are strict TypeScript, the types of all that they import included', () => {
  function complaints(compiler: string, names: readonly string[], skipLibCheck: boolean): string {
    const programs = names.flatMap((name) =>
      instructionsOf(name).examples.map((example, i) => [`${name}-${i}.ts`, example] as const),
    );
    return complaintsOf(compiler, inject('libraries'), Object.fromEntries(programs), skipLibCheck);
  }

  // The one between is tried by the consumer matrix.
  const [oldest, , newest] = Object.entries(compilers);
  describe.each([oldest!, newest!])('%s', (_, compiler) => {
    it('checks every package but those on tfjs', () => {
      expect(complaints(compiler, typed, false)).toBe('');
    });

    it('checks those on tfjs without its own types', () => {
      expect(complaints(compiler, onTfjs, true)).toBe('');
    });
  });
});

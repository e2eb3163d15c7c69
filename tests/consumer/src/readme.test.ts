import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { install, type UserProject } from './user.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Every JavaScript example of a README. */
function examples(path: string): string[] {
  const text = readFileSync(`${root}${path}`, 'utf8');
  return [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]!);
}

describe('every example of a README runs as it stands', () => {
  let user: UserProject;
  beforeAll(() => {
    const names = readdirSync(`${root}packages`).filter((name) => name !== 'cli');
    user = install(inject('tarballs'), ...names.map((name) => `@softmoe/${name}`));
  });
  afterAll(() => user.remove());

  const packages = readdirSync(`${root}packages`).filter((name) => name !== 'cli');
  it.each(packages)('packages/%s/README.md', (name) => {
    const scripts = examples(`packages/${name}/README.md`);
    expect(scripts.length).toBeGreaterThan(0);
    scripts.forEach((script, i) => {
      user.write(`${name}-${i}.mjs`, script);
      const output = user.run('node', `${name}-${i}.mjs`);
      expect(output).not.toBe('');
      expect(output).not.toMatch(/NaN|undefined/);
    });
  });
});

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { install, type UserProject } from './user.ts';

let user: UserProject;
beforeAll(() => {
  user = install(inject('tarballs'), '@softmoe/backend-tfjs');
});
afterAll(() => user.remove());

it('only the op of @softmoe/backend-tfjs has types of tfjs among those that reach a user', () => {
  const dist = join(user.path, 'node_modules/@softmoe/backend-tfjs/dist');
  const seen = new Set<string>();
  const withTfjs: string[] = [];
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const modules = [...readFileSync(file, 'utf8').matchAll(/from '([^']+)'|import\('([^']+)'\)/g)];
    for (const match of modules) {
      const name = match[1] ?? match[2] ?? '';
      if (name.startsWith('@tensorflow/')) withTfjs.push(file.slice(dist.length + 1));
      if (name.startsWith('.')) visit(join(dirname(file), name.replace(/\.[jt]s$/, '.d.ts')));
    }
  };
  visit(join(dist, 'index.d.ts'));
  expect(seen.size).toBeGreaterThan(5);
  expect(withTfjs).toEqual(['soft-moe-op.d.ts']);
});

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type RedisServer, startRedisServer } from '../../../packages/queue/test/redis-server.ts';
import { install, runIn, typecheck, type UserProject } from './user.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const packages = readdirSync(join(root, 'packages')).filter((name) => name !== 'cli');

/** What a README tells a reader to install, and the examples that must run after that. */
function instructionsOf(name: string) {
  const text = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)];
  const code = (language: string) =>
    blocks.flatMap(([, of, content = '']) => (of === language ? [content] : []));
  const line =
    code('sh')
      .join('')
      .match(/^npm install (.*)$/m)?.[1] ?? '';
  return {
    names: line.split(' ').map((word) => word.replace(/(?<=.)@[\d.]+$/, '')),
    examples: code('js'),
    printed: code('text'),
  };
}

/** Packages whose types use those of tfjs, which do not check by themselves. */
const UNTYPED = new Set(['backend-tfjs']);

/** The words alike, the numbers to nine digits: engines differ in the last bits of exponentials. */
function expectSameOutput(output: string, printed: string): void {
  const number = /-?\d+(\.\d+)?(e[+-]?\d+)?/g;
  expect(output.replaceAll(number, '#')).toBe(printed.replaceAll(number, '#'));
  const numbersOf = (text: string) => [...text.matchAll(number)].map(([found]) => Number(found));
  const expected = numbersOf(printed);
  for (const [i, found] of numbersOf(output).entries()) {
    const target = expected[i] ?? Number.NaN;
    expect(Math.abs(found - target)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(target)));
  }
}

describe('every example of a README runs as it stands after its install line', () => {
  let user: UserProject;
  let redis: RedisServer;
  beforeAll(async () => {
    user = install(inject('tarballs'), ...packages.map((name) => `@softmoe/${name}`));
    redis = await startRedisServer();
  });
  afterAll(async () => {
    user.remove();
    await redis?.stop();
  });

  /** An empty folder in which only these packages can be imported. */
  function folderWith(names: readonly string[]): string {
    const folder = mkdtempSync(join(tmpdir(), 'softmoe-example-'));
    for (const name of names) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(user.path, 'node_modules', name), link, 'junction');
    }
    return folder;
  }

  it.each(packages)('packages/%s/README.md', (name) => {
    const { names, examples, printed } = instructionsOf(name);
    expect(names).toContain(`@softmoe/${name}`);
    expect(examples.length).toBeGreaterThan(0);
    expect(printed.length).toBe(examples.length);
    const folder = folderWith(names);
    try {
      for (const [i, example] of examples.entries()) {
        const output = runIn(folder, example, { REDIS_URL: redis.url });
        expectSameOutput(output, printed[i] ?? '');
        expect(typecheck(folder, example, { skipLibCheck: UNTYPED.has(name) })).toBe('');
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

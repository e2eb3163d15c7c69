import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type RedisServer, startRedisServer } from '../../../packages/queue/test/redis-server.ts';
import { instructionsOf, packages } from './instructions.ts';
import { expectSameOutput } from './output.ts';
import { runIn } from './user.ts';

describe('every example of a README runs as it stands after its install line', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedisServer();
  });
  afterAll(() => redis?.stop());

  /** An empty folder in which only these packages can be imported. */
  function folderWith(names: readonly string[]): string {
    const folder = mkdtempSync(join(tmpdir(), 'softmoe-example-'));
    for (const name of names) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(inject('libraries'), 'node_modules', name), link, 'junction');
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
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type RedisServer, startRedisServer } from '../../../packages/queue/test/redis-server.ts';
import { install, type UserProject } from './user.ts';

const sweep = {
  name: 'shared',
  base: { inputDim: 24, teachers: 2, students: 8, train: { time: 20 }, finetune: { maxSteps: 50 } },
  grid: { seed: { from: 1, to: 4 } },
};

describe('softmoe with @softmoe/queue beside it', () => {
  let user: UserProject;
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedisServer();
    user = install(inject('tarballs'), 'softmoe', '@softmoe/queue');
    user.write('sweep.json', JSON.stringify(sweep));
  });
  afterAll(async () => {
    user?.remove();
    await redis?.stop();
  });

  it('lets a worker do the runs of a sweep', () => {
    const softmoe = join(user.path, 'node_modules', '.bin', 'softmoe');
    const worker = spawn(softmoe, ['worker', '--queue', redis.url, '--jobs', '1'], {
      cwd: user.path,
      stdio: 'ignore',
    });
    const options = ['--queue', redis.url, '--json', '--quiet'];
    const { runs } = JSON.parse(user.run(softmoe, 'sweep', 'sweep.json', ...options));
    worker.kill('SIGTERM');
    expect(runs).toEqual({ total: 4, done: 4, failed: 0, missing: 0 });
  });
});

describe('softmoe alone', () => {
  let user: UserProject;
  beforeAll(() => {
    user = install(inject('tarballs'), 'softmoe');
  });
  afterAll(() => user.remove());

  it('brings no Redis client, and says what a queue needs', () => {
    for (const name of ['bullmq', 'ioredis', '@softmoe/queue']) {
      expect(existsSync(join(user.path, 'node_modules', name))).toBe(false);
    }
    user.write('sweep.json', JSON.stringify(sweep));
    const command = 'npx softmoe sweep sweep.json --queue redis://127.0.0.1:1 2>&1; true';
    expect(user.run('sh', '-c', command)).toMatch(/npm install.* @softmoe\/queue/);
  });
});

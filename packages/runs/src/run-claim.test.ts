import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError } from '@softmoe/model';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimRun } from './run-claim.ts';
import { RunFolderError } from './run-files.ts';

const gone = () => spawnSync(process.execPath, ['-e', '']).pid;
let path: string;
let left: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'softmoe-claim-'));
  left = join(path, 'writer-left.json');
});
afterEach(() => rm(path, { recursive: true, force: true }));

it('a claim is of one at a time, until it is released', async () => {
  const first = await claimRun(path);
  const [name] = await readdir(path);
  expect(JSON.parse(await readFile(join(path, name!), 'utf8'))).toMatchObject({
    host: hostname(),
    pid: process.pid,
  });
  await expect(claimRun(path)).rejects.toThrow(RunFolderError);
  await expect(claimRun(path)).rejects.toThrow(
    new RegExp(`run: is under way in another process.*"pid":${process.pid}.*remove .*${name}`),
  );
  expect(await readdir(path)).toEqual([name]);
  await first.release();
  expect(await readdir(path)).toEqual([]);
  const second = await claimRun(path);
  await first.release();
  await expect(claimRun(path)).rejects.toThrow(RunFolderError);
  await second.release();
});

it('a claim is taken from a process that is gone, also from one that had the number of this one', async () => {
  for (const pid of [gone(), process.pid]) {
    await writeFile(left, JSON.stringify({ host: hostname(), pid }));
    const claim = await claimRun(path);
    const names = await readdir(path);
    expect(names).toHaveLength(1);
    expect(names).not.toContain('writer-left.json');
    await claim.release();
  }
});

it('a claim is left to a process that lives, to other hosts, and where it cannot be read', async () => {
  for (const text of [
    JSON.stringify({ host: hostname(), pid: process.ppid }),
    JSON.stringify({ host: `not ${hostname()}`, pid: gone() }),
    JSON.stringify({ pid: gone() }),
    '{"host"',
  ]) {
    await writeFile(left, text);
    const error = text.endsWith('}') ? RunFolderError : FormatError;
    await expect(claimRun(path)).rejects.toThrow(error);
    expect(await readdir(path)).toEqual(['writer-left.json']);
    expect(await readFile(left, 'utf8')).toBe(text);
  }
});

it('a claim is never of two that want it at once', async () => {
  for (let round = 0; round < 20; round++) {
    await writeFile(left, JSON.stringify({ host: hostname(), pid: gone() }));
    const wanted = await Promise.allSettled([1, 2, 3, 4].map(() => claimRun(path)));
    const got = wanted.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(got.length).toBeLessThanOrEqual(1);
    for (const one of wanted) {
      if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(RunFolderError);
    }
    await got[0]?.release();
    expect(await readdir(path)).toEqual([]);
  }
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gitState } from './git-state.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'softmoe-git-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const git = (...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

it('a folder without a repository, and a repository without a commit, have no state', async () => {
  expect(await gitState(folder)).toBeUndefined();
  git('init');
  expect(await gitState(folder)).toBeUndefined();
});

it('a repository is dirty where files that git knows were changed, not where there are new ones', async () => {
  git('init');
  writeFileSync(join(folder, 'a'), 'one');
  git('add', 'a');
  git('commit', '-m', 'one');
  const commit = git('rev-parse', 'HEAD');
  writeFileSync(join(folder, 'new'), 'x');
  expect(await gitState(folder)).toEqual({ commit, dirty: false });
  writeFileSync(join(folder, 'a'), 'two');
  expect(await gitState(folder)).toEqual({ commit, dirty: true });
});

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReferenceBackend } from '@softmoe/backend';
import { createExperiment, presetConfig } from '@softmoe/lab';
import { createRunFolder } from '@softmoe/runs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-resume-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const recordsIn = (out: string) => () =>
  readFile(join(out, 'records.jsonl'), 'utf8').catch(() => '');

it('stops cleanly on SIGINT, and goes on to the same files bit for bit', async () => {
  const out = join(folder, 'stopped');
  const running = softmoe('run', 'canonical', '--out', out, '--quiet');
  const records = recordsIn(out);
  await expect.poll(records, { interval: 5 }).toContain('\n');
  process.emit('SIGINT', 'SIGINT');
  const { code, stderr } = await running;
  expect(code).toBe(130);
  expect(stderr).toMatch(/stopped in the phase 'train'; go on with: softmoe resume/);
  for (const record of (await records()).trim().split('\n')) {
    expect(JSON.parse(record).phase).toBe('train');
  }
  expect(await readdir(out)).not.toContain('result.json');

  const resumed = await softmoe('resume', out, '--json', '--quiet');
  expect(resumed.code).toBe(0);
  const whole = join(folder, 'whole');
  await softmoe('run', 'canonical', '--out', whole, '--quiet');
  expect((await readdir(out)).sort()).toEqual((await readdir(whole)).sort());
  for (const name of ['records.jsonl', 'trained.safetensors', 'final.safetensors']) {
    expect(await readFile(join(out, name))).toEqual(await readFile(join(whole, name)));
  }
  const again = await softmoe('resume', out);
  expect(again.code).toBe(2);
  expect(again.stderr).toMatch(/^RunFolderError: run: is complete.*softmoe show/);
});

it('leaves a run alone that another process still writes', async () => {
  const out = join(folder, 'live');
  const start = createExperiment(presetConfig('quick')).snapshot();
  const live = await createRunFolder(out, start);
  const { code, stderr } = await softmoe('resume', out);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^RunFolderError: run: is under way in another process.*"pid":\d+/);
  await live.close();
});

it('gives the run back where it cannot go on with it', async () => {
  const out = join(folder, 'other-backend');
  const config = presetConfig('quick', {
    engine: 'online',
    train: { time: 0.2, batchSize: 16, step: 0.1 },
    finetune: { onlineSteps: 10, maxSteps: 10 },
  });
  const backend = createReferenceBackend();
  await (await createRunFolder(out, createExperiment(config, { backend }).snapshot())).close();
  const refused = await softmoe('resume', out, '--backend', 'cpu');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/^SnapshotError: backend: /);
  expect((await readdir(out)).filter((name) => name.startsWith('writer'))).toEqual([]);
  const { code } = await softmoe('resume', out, '--quiet');
  expect(code).toBe(3);
});

it('says so where a run that is stopped cannot be kept', async () => {
  const out = join(folder, 'removed');
  const running = softmoe(
    'run',
    'canonical',
    '--out',
    out,
    '--quiet',
    '--checkpoint-every',
    '1000',
  );
  await expect.poll(recordsIn(out), { interval: 5 }).toContain('\n');
  await rm(out, { recursive: true });
  process.emit('SIGINT', 'SIGINT');
  const { code, stderr } = await running;
  expect(stderr).toMatch(/RunFolderError: run: cannot be written.*ENOENT/);
  expect(code).toBe(4);
});

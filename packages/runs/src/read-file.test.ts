import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExperiment, parseConfig, runPipeline } from '@softmoe/lab';
import { FormatError, SoftmoeError } from '@softmoe/model';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportRun } from './export-run.ts';
import { findRuns } from './find-runs.ts';
import { readModel, readRecords, readRun } from './read-run.ts';
import { createRunFolder, resumeRunFolder } from './run-folder.ts';

const config = parseConfig({ inputDim: 16, teachers: 1, students: 3, train: { time: 60 } });
let parent: string;
let original: string;
let path: string;
let number = 0;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-files-'));
  original = join(parent, 'original');
  const folder = await createRunFolder(original, createExperiment(config).snapshot());
  await runPipeline(config, { onRecord: (event) => folder.add(event) });
  await folder.close();
});
afterAll(() => rm(parent, { recursive: true, force: true }));
beforeEach(async () => {
  path = join(parent, `copies-${number++}`, 'run');
  await cp(original, path, { recursive: true });
});

const change = async (name: string, with_: (content: Buffer) => Buffer | string) => {
  const file = join(path, name);
  await writeFile(file, with_(await readFile(file)));
};
const cut = (content: Buffer) => content.subarray(0, Math.floor(content.length / 2));
const cutAtLine = (content: Buffer) => content.subarray(0, content.indexOf('\n') + 1);
const flip = (content: Buffer) => {
  const changed = Buffer.from(content);
  changed[content.length - 2]! ^= 1;
  return changed;
};
const models = ['teacher', 'trained', 'pruned', 'final'] as const;

describe('a finished run', () => {
  it.each<[string, string, (content: Buffer) => Buffer | string]>([
    ['records.jsonl', 'cut', cut],
    ['records.jsonl', 'cut at the end of a line', cutAtLine],
    ['records.jsonl', 'appended to', (content) => `${content}{}\n`],
    ...models.map((name): [string, string, typeof cut] => [`${name}.safetensors`, 'cut', cut]),
  ])('whose %s was %s is refused by everything that reads a run', async (name, _, with_) => {
    await change(name, with_);
    const problem = new RegExp(
      `${name}: must have the \\d+ bytes that the run wrote \\(got \\d+\\)`,
    );
    for (const read of [readRun, resumeRunFolder, () => exportRun(path, join(parent, 'out'))]) {
      await expect(read(path)).rejects.toThrow(FormatError);
      await expect(read(path)).rejects.toThrow(problem);
    }
    const { runs, damaged } = await findRuns(join(path, '..'));
    expect(runs).toEqual([]);
    expect(damaged.map(({ message }) => message)).toEqual([expect.stringMatching(problem)]);
  });

  it('whose records or models changed at the same size is refused where they are read', async () => {
    const run = await readRun(path);
    await change('records.jsonl', flip);
    const changed = /: was changed since the run wrote it \(got "SHA-256 [0-9a-f]{64}"\)/;
    await expect(readRecords(run)).rejects.toThrow(changed);
    await expect(exportRun(path, join(parent, 'out'))).rejects.toThrow(changed);
    for (const name of models) {
      await change(`${name}.safetensors`, flip);
      await expect(readModel(run, name)).rejects.toThrow(changed);
    }
  });

  it('whose records or models are gone can be shown, and is refused where they are read', async () => {
    for (const name of await readdir(path)) {
      if (!/^(config|result)\.json$/.test(name)) await rm(join(path, name));
    }
    const run = await readRun(path);
    const gone = /: is not there, though the run wrote it/;
    await expect(readRecords(run)).rejects.toThrow(gone);
    await expect(readModel(run, 'final')).rejects.toThrow(gone);
    await expect(exportRun(path, join(parent, 'out'))).rejects.toThrow(gone);
  });

  it('is refused with a result that was changed, and with the config of another run', async () => {
    await change('result.json', (content) =>
      `${content}`.replace(/"survivors": \d/, '"survivors": 7'),
    );
    await expect(readRun(path)).rejects.toThrow(/result: was changed since the run wrote it/);
    await cp(join(original, 'result.json'), join(path, 'result.json'));
    await writeFile(join(path, 'config.json'), JSON.stringify({ ...config, seed: 9 }));
    const other = /seed: was changed to 9 in config\.json since the run began \(got 0\)/;
    await expect(readRun(path)).rejects.toThrow(other);
    await expect(resumeRunFolder(path)).rejects.toThrow(other);
  });

  it('is the same with its result or config written in another layout', async () => {
    const before = await readRun(path);
    await change('result.json', (content) => JSON.stringify(JSON.parse(`${content}`)));
    await change('config.json', (content) => JSON.stringify(JSON.parse(`${content}`)));
    const { changed: _, ...run } = await readRun(path);
    expect(before).toMatchObject(run);
  });

  it('of before sizes and digests were kept is read as it is', async () => {
    await change('result.json', (content) => {
      const { files: _, sha256: __, ...result } = JSON.parse(`${content}`);
      return JSON.stringify(result);
    });
    await change('records.jsonl', cutAtLine);
    const run = await readRun(path);
    expect(run.files).toBeUndefined();
    expect(await readRecords(run)).toHaveLength(1);
  });
});

it('a run under way is refused with fewer or other records than its checkpoint counts, and read with more', async () => {
  const experiment = createExperiment(config);
  const folder = await createRunFolder(join(parent, 'under-way'), experiment.snapshot());
  for (let i = 0; i < 3; i++) await folder.add((await experiment.next())!);
  await folder.checkpoint(experiment.snapshot());
  await folder.add((await experiment.next())!);
  await folder.close();
  const run = await readRun(folder.path);
  expect(await readRecords(run)).toHaveLength(4);
  path = folder.path;
  const text = await readFile(join(path, 'records.jsonl'), 'utf8');
  await change('records.jsonl', () => text.replace('"step":0', '"step":8'));
  await expect(readRecords(run)).rejects.toThrow(/was changed since the run wrote it/);
  await change('records.jsonl', () => text.slice(0, 100));
  await expect(readRecords(run)).rejects.toThrow(SoftmoeError);
  await expect(readRecords(run)).rejects.toThrow(/must have the \d+ bytes .* \(got 100\)/);
});

it('an export that fails leaves what was there, and one that succeeds nothing of another run', async () => {
  const out = join(parent, 'tables');
  await exportRun(path, out);
  await writeFile(join(out, 'finetune-online.csv'), 'of another run');
  await writeFile(join(out, 'notes.txt'), 'of the user');
  const before = await readFile(join(out, 'train.csv'));
  await change('records.jsonl', cut);
  await expect(exportRun(path, out)).rejects.toThrow(FormatError);
  expect(await readFile(join(out, 'train.csv'))).toEqual(before);
  await exportRun(original, out);
  expect((await readdir(out)).sort()).toEqual([
    'expert.npy',
    'finetune.csv',
    'notes.txt',
    'overlaps.csv',
    'router.npy',
    'time.npy',
    'train.csv',
  ]);
});

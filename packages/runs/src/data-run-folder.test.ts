import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDataConfig, runData } from '@softmoe/lab';
import { FormatError } from '@softmoe/model';
import { normals } from '@softmoe/teacher';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDataRun, readDataRun } from './data-run-folder.ts';
import { findRuns } from './find-runs.ts';
import { folderKind } from './folder-kind.ts';
import { readRun } from './read-run.ts';
import { RunFolderError } from './run-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-data-run-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(file: string) {
  const config = parseDataConfig({
    ...{ engine: 'data', data: { file, target: 'y' } },
    ...{ students: 2, starts: 1, steps: 2, compare: false },
  });
  const inputs = normals({ seed: 1, stream: 'inputs', step: 0, size: 60 }, 2);
  const targets = inputs.filter((_, i) => i % 2 === 0);
  return runData({ inputs, targets }, 'a'.repeat(64), config);
}

it('readDataRun gives what createDataRun was given, and the folder is no run on a teacher', async () => {
  const path = join(folder, 'one');
  const made = await run('/somewhere/x.csv');
  await createDataRun(path, made);
  expect(await readDataRun(path)).toEqual(made);
  expect(await folderKind(path)).toBe('data');
  await expect(readRun(path)).rejects.toThrow(
    /is the folder of a run on data, which has no teacher/,
  );
  await expect(createDataRun(path, made)).rejects.toThrow(/^out: already exists/);
});

it('folderKind and findRuns take a data.json of something else for what it is', async () => {
  const parent = join(folder, 'parent');
  await mkdir(join(parent, 'notes'), { recursive: true });
  await writeFile(join(parent, 'notes', 'data.json'), '[]');
  await createDataRun(join(parent, 'table'), await run('/x.csv'));
  expect(await folderKind(join(parent, 'notes'))).toBe('folder');
  const { onData, ...others } = await findRuns(parent);
  expect(others).toEqual({ runs: [], damaged: [] });
  expect(onData.map(({ path, config }) => [path, config.data.file])).toEqual([
    [join(parent, 'table'), '/x.csv'],
  ]);
  await writeFile(join(parent, 'table', 'config.json'), '{}');
  expect(await folderKind(join(parent, 'table'))).toBe('run');
});

it('createDataRun writes the path of a table as it is from the config', async () => {
  const path = join(folder, 'two');
  const made = await run(join(folder, 'x.csv'));
  const relative = { ...made.result.config.data, file: 'x.csv' };
  const config = { ...made.result.config, data: relative };
  const before = process.cwd();
  process.chdir(folder);
  try {
    await createDataRun('two', { ...made, result: { ...made.result, config } });
  } finally {
    process.chdir(before);
  }
  const written = JSON.parse(await readFile(join(path, 'data.json'), 'utf8'));
  expect(written.data.file).toBe(join('..', 'x.csv'));
  expect(written.data.sha256).toBe('a'.repeat(64));
});

it('readDataRun notices a changed model and result, and refuses what is no such folder', async () => {
  const path = join(folder, 'three');
  await createDataRun(path, await run('/x.csv'));
  const model = join(path, 'final.safetensors');
  const bytes = await readFile(model);
  await writeFile(
    model,
    bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)),
  );
  await expect(readDataRun(path)).rejects.toThrow(FormatError);
  await rm(model);
  await expect(readDataRun(path)).rejects.toThrow(FormatError);
  await writeFile(model, bytes);
  const result = join(path, 'result.json');
  const text = await readFile(result, 'utf8');
  await writeFile(result, text.replace('"seed": 0', '"seed": 1'));
  await expect(readDataRun(path)).rejects.toThrow(/was changed since the run wrote it/);
  await rm(result);
  await expect(readDataRun(path)).rejects.toThrow(RunFolderError);
  await expect(readDataRun(folder)).rejects.toThrow(RunFolderError);
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMoE } from '@softmoe/model';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { runPipeline } from '../pipeline.ts';
import { summaryOf } from '../result.ts';
import { createRunFolder, RunFolderError } from './run-folder.ts';

const config = parseConfig({ inputDim: 16, teachers: 1, students: 3, train: { time: 60 } });
let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-run-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

it('holds config, every record, the models of all phases and the result', async () => {
  const folder = await createRunFolder(join(parent, 'deep', 'run'), config);
  let records = 0;
  const result = await runPipeline(config, {
    onRecord: async (event) => {
      if ('record' in event) records++;
      await folder.add(event);
    },
  });
  await folder.close();
  const read = (name: string) => readFile(join(folder.path, name));
  expect(parseConfig(JSON.parse(String(await read('config.json'))))).toEqual(config);
  const lines = String(await read('records.jsonl'))
    .trim()
    .split('\n');
  expect(lines).toHaveLength(records);
  const line = JSON.parse(lines[0]!);
  expect(line).toMatchObject({ phase: 'train', step: 0, time: 0, loss: result.loss.start });
  expect(line).not.toHaveProperty('state');
  expect(line.overlaps.router).toHaveLength(3);
  for (const name of ['teacher', 'trained', 'pruned', 'final'] as const) {
    expect(loadMoE(await read(`${name}.safetensors`))).toEqual(result.models[name]);
  }
  expect(JSON.parse(String(await read('result.json')))).toEqual(
    JSON.parse(JSON.stringify(summaryOf(result))),
  );
  expect((await readdir(folder.path)).filter((name) => name.includes('partial'))).toEqual([]);
});

it('refuses a folder that exists, and leaves it alone', async () => {
  const path = join(parent, 'run');
  await (await createRunFolder(path, config)).close();
  const before = await readdir(path);
  await expect(createRunFolder(path, config)).rejects.toThrow(RunFolderError);
  expect(await readdir(path)).toEqual(before);
});

it('says when a folder cannot be made', async () => {
  await writeFile(join(parent, 'file'), '');
  await expect(createRunFolder(join(parent, 'file', 'run'), config)).rejects.toThrow(
    /out: cannot be made.*Choose a folder/,
  );
});

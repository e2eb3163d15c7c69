import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReferenceBackend } from '@softmoe/backend';
import {
  createExperiment,
  parseConfig,
  restoreExperiment,
  runExperiment,
  runPipeline,
  SnapshotError,
  summaryOf,
} from '@softmoe/lab';
import { FormatError, loadMoE } from '@softmoe/model';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunFolderError } from './run-files.ts';
import { createRunFolder, resumeRunFolder } from './run-folder.ts';

const config = parseConfig({
  inputDim: 16,
  teachers: 1,
  students: 3,
  train: { time: 60 },
  finetune: { maxSteps: 300 },
});
const start = createExperiment(config).snapshot();
let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-run-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

it('a run folder holds config, every record, the models of all phases and the result', async () => {
  const folder = await createRunFolder(join(parent, 'deep', 'run'), start);
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
  const { files, sha256: _, ...kept } = JSON.parse(String(await read('result.json')));
  expect(kept).toEqual(JSON.parse(JSON.stringify(summaryOf(result))));
  const others = (await readdir(folder.path)).filter((name) => /safetensors$|jsonl$/.test(name));
  expect(Object.keys(files).sort()).toEqual(others);
  for (const name of others) {
    const content = await read(name);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(files[name]).toEqual({ bytes: content.length, sha256 });
  }
  expect((await readdir(folder.path)).filter((name) => name.includes('partial'))).toEqual([]);
});

it('createRunFolder refuses a folder that exists, and leaves it alone', async () => {
  const path = join(parent, 'run');
  await (await createRunFolder(path, start)).close();
  const before = await readdir(path);
  await expect(createRunFolder(path, start)).rejects.toThrow(RunFolderError);
  expect(await readdir(path)).toEqual(before);
});

it('createRunFolder says when a folder cannot be made', async () => {
  await writeFile(join(parent, 'file'), '');
  await expect(createRunFolder(join(parent, 'file', 'run'), start)).rejects.toThrow(
    /out: cannot be made.*Choose a folder/,
  );
});

it('a run goes on from any checkpoint to the same files, dropping the records after it', async () => {
  const whole = await createRunFolder(join(parent, 'whole'), start);
  let events = 0;
  await runPipeline(config, {
    onRecord: (event) => {
      events++;
      return whole.add(event);
    },
  });
  await whole.close();
  for (const stopAt of [1, Math.floor(events / 2), events - 7]) {
    const path = join(parent, `stopped-${stopAt}`);
    const first = await createRunFolder(path, start);
    const experiment = createExperiment(config);
    for (let i = 0; i < stopAt + 5; i++) {
      await first.add((await experiment.next())!);
      if (i === stopAt) await first.checkpoint(experiment.snapshot());
    }
    await first.close();
    const { folder, snapshot } = await resumeRunFolder(path);
    await runExperiment(restoreExperiment(snapshot), { onRecord: (event) => folder.add(event) });
    await folder.close();
    expect((await readdir(path)).sort()).toEqual((await readdir(whole.path)).sort());
    for (const name of ['records.jsonl', 'trained.safetensors', 'final.safetensors']) {
      expect(await readFile(join(path, name))).toEqual(await readFile(join(whole.path, name)));
    }
  }
});

it('a run goes on from the start where it was stopped before another checkpoint, and refuses a complete run', async () => {
  const path = join(parent, 'run');
  const first = await createRunFolder(path, start);
  const killed = createExperiment(config);
  for (let i = 0; i < 5; i++) await first.add((await killed.next())!);
  await first.close();
  const { folder, snapshot } = await resumeRunFolder(path);
  expect(snapshot).toEqual(createExperiment(config).snapshot());
  const result = await runExperiment(restoreExperiment(snapshot), {
    onRecord: (event) => folder.add(event),
  });
  await folder.close();
  expect(loadMoE(await readFile(join(path, 'final.safetensors')))).toEqual(result.models.final);

  await writeFile(join(path, 'checkpoint.json'), 'left by a kill at the last moment');
  await expect(resumeRunFolder(path)).rejects.toThrow(/run: is complete/);
  expect(await readdir(path)).not.toContain('checkpoint.json');
});

it('a checkpoint keeps the backend of its run, and goes on with no other', async () => {
  const online = parseConfig({
    ...config,
    engine: 'online',
    train: { time: 1, batchSize: 16, step: 0.5 },
  });
  const reference = createReferenceBackend();
  const experiment = createExperiment(online, { backend: reference });
  const folder = await createRunFolder(join(parent, 'run'), experiment.snapshot());
  await folder.close();
  const begun = await resumeRunFolder(folder.path);
  expect(begun.snapshot.backend).toEqual(reference.info);
  await begun.folder.add((await experiment.next())!);
  await begun.folder.checkpoint(experiment.snapshot());
  await begun.folder.close();
  const { snapshot, folder: again } = await resumeRunFolder(folder.path);
  await again.close();
  expect(snapshot.backend).toEqual(reference.info);
  const other = { ...reference, info: { ...reference.info, simd: 'relaxed' as const } };
  expect(() => restoreExperiment(snapshot, { backend: other })).toThrow(SnapshotError);
  expect(() => restoreExperiment(snapshot, { backend: other })).toThrow(
    /backend: .*reference, float64, simd none, composed.*got "reference, float64, simd relaxed/,
  );
  const next = await restoreExperiment(snapshot, { backend: reference }).next();
  expect(next).toMatchObject({ phase: 'train', record: { step: 1 } });
});

it('a run folder is left alone by others until it is closed', async () => {
  const path = join(parent, 'run');
  const first = await createRunFolder(path, start);
  const before = await readdir(path);
  await expect(resumeRunFolder(path)).rejects.toThrow(/run: is under way in another process/);
  expect(await readdir(path)).toEqual(before);
  await first.close();
  const { folder } = await resumeRunFolder(path);
  await expect(resumeRunFolder(path)).rejects.toThrow(/run: is under way in another process/);
  await folder.close();
  expect((await readdir(path)).sort()).toEqual(['checkpoint.json', 'config.json', 'records.jsonl']);
});

it('resumeRunFolder refuses records shorter than the checkpoint counts, and names a folder that went away', async () => {
  const folder = await createRunFolder(join(parent, 'run'), start);
  const experiment = createExperiment(config);
  for (let i = 0; i < 3; i++) await folder.add((await experiment.next())!);
  await folder.checkpoint(experiment.snapshot());
  await folder.close();
  const path = join(folder.path, 'records.jsonl');
  const text = await readFile(path);
  await writeFile(path, text.subarray(0, 100));
  await expect(resumeRunFolder(folder.path)).rejects.toThrow(/records.jsonl: is shorter/);
  await writeFile(path, `${text}`.replace('"step":0', '"step":7'));
  await expect(resumeRunFolder(folder.path)).rejects.toThrow(/records.jsonl: holds other records/);
  await rm(path);
  await expect(resumeRunFolder(folder.path)).rejects.toThrow(/records.jsonl: is not there/);
  await writeFile(path, text);
  const { folder: again } = await resumeRunFolder(folder.path);
  await rm(folder.path, { recursive: true });
  await expect(again.checkpoint(experiment.snapshot())).rejects.toThrow(
    /run: cannot be written.*ENOENT/,
  );
  await again.close();
});

it('resumeRunFolder refuses to go on with another config than the run began with', async () => {
  const { path, close } = await createRunFolder(join(parent, 'run'), start);
  await close();
  const longer = { ...config, train: { ...config.train, time: 70 } };
  await writeFile(join(path, 'config.json'), JSON.stringify(longer));
  await expect(resumeRunFolder(path)).rejects.toThrow(
    /train\.time: was changed to 70 in config\.json since the run began \(got 60\)/,
  );
  await writeFile(join(path, 'config.json'), JSON.stringify(config));
  await (await resumeRunFolder(path)).folder.close();
});

it('resumeRunFolder refuses a checkpoint of another version by name', async () => {
  const folder = await createRunFolder(join(parent, 'run'), start);
  const path = join(folder.path, 'checkpoint.json');
  const text = await readFile(path, 'utf8');
  await folder.close();
  await writeFile(path, text.replace('"version":3', '"version":2'));
  await expect(resumeRunFolder(folder.path)).rejects.toThrow(FormatError);
  await expect(resumeRunFolder(folder.path)).rejects.toThrow(
    new RegExp(
      `checkpoint\\.format\\.version: is not .* version 3, in ${path} \\(got 2\\).*Start the run again`,
    ),
  );
});

it('resumeRunFolder refuses a damaged checkpoint', async () => {
  const folder = await createRunFolder(join(parent, 'run'), start);
  await folder.checkpoint(createExperiment(config).snapshot());
  await folder.close();
  const path = join(folder.path, 'checkpoint.json');
  const text = await readFile(path, 'utf8');
  const { format: _, ...before } = JSON.parse(text);
  for (const [damaged, problem] of [
    [text.slice(0, -9), `checkpoint: is damaged: is not JSON \\(got "${path}"\\)`],
    ['{}', `checkpoint\\.format\\.version: .*version 3, in ${path} \\(got 1\\)`],
    [JSON.stringify(before), `checkpoint\\.format\\.version: .*, in ${path} \\(got 1\\)`],
    [
      text.replace('"phase":"train"', '"phase":"?"'),
      `checkpoint\\.snapshot\\.phase: .*, in ${path} \\(got "\\?"\\)`,
    ],
    [
      text.replace('"train":0', '"train":1'),
      `checkpoint: is damaged: it is not what was written \\(got "${path}"\\)`,
    ],
  ] as const) {
    await writeFile(path, damaged);
    await expect(resumeRunFolder(folder.path)).rejects.toThrow(FormatError);
    await expect(resumeRunFolder(folder.path)).rejects.toThrow(
      new RegExp(`${problem}.*Start the run again`),
    );
  }
  await expect(resumeRunFolder(parent)).rejects.toThrow(RunFolderError);
  await rm(path);
  await expect(resumeRunFolder(folder.path)).rejects.toThrow(/run: holds no checkpoint.json/);
});

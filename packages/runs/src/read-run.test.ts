import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createReferenceBackend } from '@softmoe/backend';
import { createExperiment, parseConfig, runExperiment, runPipeline, summaryOf } from '@softmoe/lab';
import { FormatError } from '@softmoe/model';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportRun } from './export-run.ts';
import { findRuns } from './find-runs.ts';
import { readModel, readRecords, readRun } from './read-run.ts';
import { RunFolderError } from './run-files.ts';
import { createRunFolder } from './run-folder.ts';

const config = parseConfig({ inputDim: 16, teachers: 1, students: 3, train: { time: 60 } });
const start = createExperiment(config).snapshot();
let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-read-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

it('readRun reads a complete run, its result and models', async () => {
  const folder = await createRunFolder(join(parent, 'run'), start);
  const result = await runPipeline(config, { onRecord: (event) => folder.add(event) });
  await folder.close();
  const run = await readRun(folder.path);
  expect(run.config).toEqual(config);
  expect(run.result).toEqual(JSON.parse(JSON.stringify(summaryOf(result))));
  expect(run.checkpoint).toBeUndefined();
  expect(await readModel(run, 'final')).toEqual(result.models.final);
  expect(await readModel(run, 'refined')).toBeUndefined();
});

it('exportRun writes the records as tables that hold the same numbers', async () => {
  const folder = await createRunFolder(join(parent, 'run'), start);
  await runPipeline(config, { onRecord: (event) => folder.add(event) });
  await folder.close();
  const out = join(parent, 'deep', 'tables');
  const paths = await exportRun(folder.path, out);
  expect(paths.map((path) => basename(path)).sort()).toEqual((await readdir(out)).sort());
  const lines = (await readRecords(folder)).filter(({ phase }) => phase === 'train');
  const [header, ...rows] = (await readFile(join(out, 'train.csv'), 'utf8')).trim().split('\n');
  expect(header).toMatch(/^step,time,loss,gradientNorm,amplitude_0,/);
  expect(rows.map((row) => Number(row.split(',')[2]))).toEqual(lines.map(({ loss }) => loss));
  const npy = await readFile(join(out, 'router.npy'));
  const shape = /'shape': \((\d+), (\d+), (\d+)\)/.exec(npy.toString('latin1'))!;
  expect(shape.slice(1).map(Number)).toEqual([lines.length, 3, 1]);
  expect(npy.readDoubleLE(npy.length - 8)).toBe(lines.at(-1)!.overlaps!.router[2]![0]);
  await expect(exportRun(parent, out)).rejects.toThrow(/run: holds no config.json/);
  const begun = await createRunFolder(join(parent, 'begun'), start);
  await begun.close();
  await expect(exportRun(begun.path, out)).rejects.toThrow(/run: has no records to export/);
});

it('exportRun writes each stage of fine-tuning of an online run as a table of its own', async () => {
  const online = parseConfig({
    ...config,
    engine: 'online',
    train: { time: 1, batchSize: 16 },
    finetune: { onlineSteps: 20, maxSteps: 30 },
  });
  const experiment = createExperiment(online, { backend: createReferenceBackend() });
  const folder = await createRunFolder(join(parent, 'online'), experiment.snapshot());
  await runExperiment(experiment, { onRecord: (event) => folder.add(event) });
  await folder.close();
  const out = join(parent, 'tables');
  await exportRun(folder.path, out);
  const stepsIn = async (name: string) => {
    const [, ...rows] = (await readFile(join(out, name), 'utf8')).trim().split('\n');
    return rows.map((row) => Number(row.split(',')[0]));
  };
  expect(await stepsIn('finetune-online.csv')).toEqual([0, 10, 20]);
  expect((await stepsIn('finetune.csv'))[0]).toBe(0);
});

it('findRuns lists runs by name, complete or not, and passes over other folders', async () => {
  for (const name of ['b', 'a']) {
    await (await createRunFolder(join(parent, name), start)).close();
  }
  await rm(join(parent, 'a', 'checkpoint.json'));
  await mkdir(join(parent, 'notes'));
  await writeFile(join(parent, 'readme.txt'), '');
  await mkdir(join(parent, 'c'));
  await writeFile(join(parent, 'c', 'config.json'), '{"inputDim": 16');
  await writeFile(join(parent, 'c', 'records.jsonl'), '');
  await mkdir(join(parent, '.of-another-tool'));
  await writeFile(join(parent, '.of-another-tool', 'config.json'), '{"commit": false}');
  const { runs, damaged } = await findRuns(parent);
  expect(damaged.map(({ message }) => message)).toEqual([
    expect.stringContaining(join(parent, 'c', 'config.json')),
  ]);
  expect(runs.map(({ path, checkpoint }) => [path, checkpoint?.phase])).toEqual([
    [join(parent, 'a'), undefined],
    [join(parent, 'b'), 'train'],
  ]);
});

it('readRun says what is no run, what is damaged and what is not there', async () => {
  await expect(readRun(parent)).rejects.toThrow(/run: holds no config.json/);
  await expect(findRuns(join(parent, 'nowhere'))).rejects.toThrow(RunFolderError);
  await writeFile(join(parent, 'config.json'), '{"inputDim": 16');
  await expect(readRun(parent)).rejects.toThrow(FormatError);
  await writeFile(join(parent, 'config.json'), '{"inputDim": -1}');
  await expect(readRun(parent)).rejects.toThrow(/inputDim/);
  await writeFile(join(parent, 'config.json'), '{}');
  await writeFile(join(parent, 'result.json'), '{"loss": 1}');
  await expect(readRun(parent)).rejects.toThrow(
    /result\.inputDim: expected number, received undefined, in .*result\.json \(got undefined\)/,
  );
  await writeFile(join(parent, 'final.safetensors'), 'short');
  await expect(readModel({ path: parent }, 'final')).rejects.toThrow(FormatError);
  await expect(readModel({ path: parent }, 'final')).rejects.toThrow(
    /final: is damaged.*final\.safetensors/,
  );
});

it('readRun tells with what config a run ran, and when it last wrote', async () => {
  const path = join(parent, 'run');
  await (await createRunFolder(path, start)).close();
  const old = new Date('2026-01-01T00:00:00Z');
  for (const name of await readdir(path)) await utimes(join(path, name), old, old);
  await writeFile(join(path, 'report.html'), '');
  await writeFile(join(path, 'config.json'), JSON.stringify({ ...config, seed: 9 }));
  await utimes(join(path, 'config.json'), old, old);
  const run = await readRun(path);
  expect(run.config).toEqual(config);
  expect(run.changed).toEqual(old);
});

describe('a result', () => {
  let file: string;
  let result: Record<string, unknown>;
  const reading = async (change: Record<string, unknown>) => {
    await writeFile(file, JSON.stringify({ ...result, ...change }));
    return (await readRun(parent)).result!;
  };
  beforeAll(async () => {
    const short = { ...config, students: 1, teachers: 2, finetune: { maxSteps: 20 } };
    result = { ...summaryOf(await runPipeline(short)) };
  });
  beforeEach(async () => {
    file = join(parent, 'result.json');
    await writeFile(join(parent, 'config.json'), JSON.stringify(result.config));
  });

  it('of version 1, which had no format, is read with its sentences', async () => {
    const sentences = { advice: ['Do this.'], warnings: ['Beware.', 'Of this too.'] };
    const read = await reading({ ...sentences, format: undefined });
    expect(read).toEqual({
      ...(await reading({})),
      advice: [{ kind: 'text', value: 'Do this.' }],
      warnings: [
        { kind: 'text', value: 'Beware.' },
        { kind: 'text', value: 'Of this too.' },
      ],
    });
  });

  it('keeps its advice and warnings as data', async () => {
    expect(await reading({})).toMatchObject({
      format: { name: 'softmoe-result', version: 2 },
      advice: [{ kind: 'students-needed', value: 2 }],
      warnings: [
        { kind: 'too-few-students', value: 1, teachers: 2 },
        { kind: 'no-clear-cliff', value: expect.closeTo(1, 6), size: 1 },
      ],
    });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'of a later version',
      { format: { name: 'softmoe-result', version: 3 } },
      /result\.format\.version: is not one that this softmoe reads, versions 1 to 2, in .*result\.json \(got 3\)\. Read it with the version of softmoe that wrote it/,
    ],
    [
      'of another format',
      { format: { name: 'softmoe-task', version: 1 } },
      /result\.format\.name: must be softmoe-result in .*result\.json \(got "softmoe-task"\)/,
    ],
    ['whose format is none', { format: 2 }, /result\.format\.version: .*\(got undefined\)/],
    ['without a key', { certificate: undefined }, /result\.certificate: expected object/],
    [
      'with a damaged one',
      { loss: { start: 1, trained: 'low', pruned: 1, final: 1 } },
      /result\.loss\.trained: expected number, received string, in .*\(got "low"\)\. Run its config/,
    ],
    [
      'with unknown advice',
      { advice: [{ kind: 'pray', value: 1 }] },
      /result\.advice\.0\.kind: expected one of "students-needed"\|.*result\.json \(got "pray"\)/,
    ],
    ['with a config that is none', { config: { seed: -1 } }, /result\.config\.seed: .*\(got -1\)/],
  ])('%s is refused by name', async (_, change, message) => {
    await expect(reading(change)).rejects.toThrow(FormatError);
    await expect(reading(change)).rejects.toThrow(message);
  });
});

it.each([
  ['{"phase":"train","step":"one"}', /record\.step: expected number, received string, in/],
  ['{"phase":"finetune","step":1}', /record\.time: expected number, received undefined, in/],
  ['{"format":{"name":"softmoe-record","version":2}}', /record\.format\.version: .*\(got 2\)/],
])('a line of records that is none is refused by number and field: %s', async (line, message) => {
  await writeFile(join(parent, 'records.jsonl'), `${line}\n`);
  await expect(readRecords({ path: parent })).rejects.toThrow(FormatError);
  await expect(readRecords({ path: parent })).rejects.toThrow(message);
  await expect(readRecords({ path: parent })).rejects.toThrow(/records\.jsonl, line 1/);
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPipeline, type Summary, summaryOf } from '@softmoe/lab';
import { taskId } from '@softmoe/tasks';
import { parse as parseCsv } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { sweepCells } from './cells.ts';
import { SweepError } from './definition.ts';
import { exportSweep } from './results-table.ts';
import { parseSweep, type SweepRun } from './sweep.ts';
import {
  mergeSweeps,
  openSweepFolder,
  readDefinition,
  readSweep,
  type SweepRecord,
} from './sweep-folder.ts';
import { exportSweepTables } from './tidy-tables.ts';

const sweep = parseSweep({
  name: 'small',
  base: { inputDim: 24, teachers: 2 },
  grid: {
    students: [8, 4],
    geometry: [{ kind: 'orthonormal' }, { kind: 'correlated', overlap: 0.25 }],
    seed: [2, 1],
  },
});

let summary: Summary;
let parent: string;
beforeAll(async () => {
  summary = summaryOf(await runPipeline(sweep.runs[1]!.config));
});
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-sweep-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

function record({ task }: SweepRun, change: Partial<Summary> = {}, code = 'c1'): SweepRecord {
  return {
    id: taskId(task, code),
    code,
    ...task,
    endedAt: code === 'c1' ? '2026-01-01T00:00:00.000Z' : '2026-01-02T00:00:00.000Z',
    seconds: 0.25,
    environment: { node: 'v20', softmoe: '0', platform: 'linux', arch: 'x64' },
    status: 'done',
    output: { ...summary, config: task.input, seed: task.input.seed, ...change },
  };
}

function failed(run: SweepRun): SweepRecord {
  const { id, code, kind, input, endedAt, seconds, environment } = record(run);
  const error = { name: 'DivergedError', message: 'loss: is not finite' };
  return { id, code, kind, input, endedAt, seconds, environment, status: 'failed', error };
}

async function fill(path: string, records: readonly SweepRecord[]) {
  const store = await openSweepFolder(path, sweep);
  for (const one of records) await store.put(one);
}

it('readSweep gives the records in the order of the sweep, and counts those that are missing', async () => {
  const records = [sweep.runs[6]!, sweep.runs[0]!, sweep.runs[3]!].map((run) => record(run));
  await fill(parent, records);
  const read = await readSweep(parent);
  expect(read.records).toEqual([records[1], records[2], records[0]]);
  expect(read).toMatchObject({ missing: 5, codes: ['c1'], sweep: { name: 'small' } });
  expect(read.sweep).toEqual(sweep);
});

it('readSweep takes the latest record of a run that two versions of the code have done', async () => {
  const [first] = sweep.runs;
  await fill(parent, [record(first!, {}, 'c2'), record(first!), record(sweep.runs[1]!)]);
  const { records, codes } = await readSweep(parent);
  expect(records.map(({ code }) => code)).toEqual(['c2', 'c1']);
  expect(codes).toEqual(['c2', 'c1']);
});

it('mergeSweeps joins shards, and refuses another sweep without writing', async () => {
  const [a, b, c, out] = ['a', 'b', 'c', 'out'].map((name) => join(parent, name));
  await fill(a!, [record(sweep.runs[0]!), failed(sweep.runs[2]!)]);
  await fill(b!, [record(sweep.runs[1]!), record(sweep.runs[2]!)]);
  await openSweepFolder(c!, parseSweep({ base: 'quick', grid: { seed: [1] } }));
  await expect(mergeSweeps(out!, [a!, c!])).rejects.toThrow(/folder: is of another sweep.*c"/);
  await expect(readSweep(out!)).rejects.toThrow(SweepError);
  await mergeSweeps(out!, [a!, b!]);
  const { records } = await readSweep(out!);
  expect(records.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
  await mergeSweeps(b!, [a!, b!]);
  expect((await readSweep(b!)).records).toEqual(records);
});

it('openSweepFolder takes a sweep with more runs, and refuses one that lacks runs of the one before', async () => {
  const define = (...seeds: number[]) =>
    parseSweep({ base: 'quick', grid: { seed: seeds, students: [4, 5] } }, 'one');
  const path = join(parent, 'one');
  await openSweepFolder(path, define(1, 2));
  await openSweepFolder(path, define(2, 1, 3));
  expect((await readDefinition(path)).runs).toHaveLength(6);
  for (const other of [define(1, 2), define(4)]) {
    await expect(openSweepFolder(path, other)).rejects.toThrow(SweepError);
    await expect(openSweepFolder(path, other)).rejects.toThrow(
      /folder: holds another sweep, with runs that this one has not .*Choose another folder/,
    );
  }
  expect((await readDefinition(path)).runs).toHaveLength(6);
});

it('readSweep says that a folder holds no sweep, and where its definition is damaged', async () => {
  await expect(readSweep(parent)).rejects.toThrow(/folder: is not the folder of a sweep/);
  const file = join(parent, 'sweep.json');
  await writeFile(file, '{ "base":');
  await expect(readSweep(parent)).rejects.toThrow(/^sweep\.json: is not JSON/);
  const later = { format: { name: 'softmoe-sweep', version: 2 }, base: 'quick' };
  for (const [definition, problem] of [
    [later, 'sweep.format.version: is not one that this softmoe reads, version 1, in'],
    [
      { base: 'quick', grid: { seed: [] } },
      'sweep.grid.seed: expected array to have >=1 items, in',
    ],
  ] as const) {
    await writeFile(file, JSON.stringify(definition));
    await expect(readSweep(parent)).rejects.toThrow(SweepError);
    await expect(readSweep(parent)).rejects.toThrow(`${problem} ${file}`);
  }
});

it('sweep.json of a folder says its format, and one of before is the same sweep', async () => {
  const [now, before, out] = ['now', 'before', 'out'].map((name) => join(parent, name));
  await fill(now!, [record(sweep.runs[0]!)]);
  await fill(before!, [record(sweep.runs[1]!)]);
  const { format, ...definition } = JSON.parse(await readFile(join(now!, 'sweep.json'), 'utf8'));
  expect(format).toEqual({ name: 'softmoe-sweep', version: 1 });
  await writeFile(join(before!, 'sweep.json'), JSON.stringify(definition));
  expect(await mergeSweeps(out!, [now!, before!])).toEqual(sweep);
});

it('readSweep reads results of version 1, and refuses those that are none by file and field', async () => {
  const { format: _, ...before } = summary;
  const one = record(sweep.runs[0]!);
  const put = async (output: unknown) =>
    fill(parent, [{ ...one, status: 'done', output: output as Summary }]);
  await put({ ...before, config: one.input, advice: ['Do this.'] });
  const { records } = await readSweep(parent);
  expect(records).toMatchObject([{ output: { advice: [{ kind: 'text', value: 'Do this.' }] } }]);
  await put({ ...before, loss: 1 });
  await expect(readSweep(parent)).rejects.toThrow(
    new RegExp(`result\\.loss: expected object, .*${one.id}\\.json \\(got 1\\)\\. Remove`),
  );
});

it('sweepCells tell of each cell what its runs have in common', () => {
  const outputs = [
    { recovered: 2, survivors: 2, parameterError: 1e-16 },
    { recovered: 1, survivors: 3, parameterError: null },
  ];
  const records = [
    record(sweep.runs[0]!, outputs[0]),
    record(sweep.runs[1]!, { ...outputs[1], loss: { ...summary.loss, final: 3 } }),
    failed(sweep.runs[2]!),
  ];
  const cells = sweepCells(sweep, records);
  expect(cells.map(({ values }) => values)).toEqual(
    [8, 4].flatMap((students) =>
      [{ kind: 'orthonormal' }, { kind: 'correlated', overlap: 0.25 }].map((geometry) => ({
        students,
        geometry,
      })),
    ),
  );
  const counts = { runs: 2, done: 2, failed: 0, recovered: 1, survivors: 2.5 };
  expect(cells[0]).toMatchObject({ ...counts, parameterError: 1e-16, seconds: 0.25 });
  expect(cells[0]!.loss).toBeCloseTo((3 + summary.loss.final) / 2, 12);
  expect(cells[1]).toMatchObject({ runs: 2, done: 0, failed: 1, survivors: null, loss: null });
});

it('sweepCells count what was certified apart from what was found, and runs without a parameter error', () => {
  const degenerate = { ...summary.certificate, verdict: 'degenerate' as const };
  const records = [
    record(sweep.runs[0]!, { recovered: 2, parameterError: 1e-16 }),
    record(sweep.runs[1]!, { recovered: 2, parameterError: null, certificate: degenerate }),
    record(sweep.runs[2]!, { recovered: 1, parameterError: 0.5 }),
  ];
  const [one, two] = sweepCells(sweep, records);
  expect(one).toMatchObject({ done: 2, recovered: 2, certified: 1, withoutError: 1 });
  expect(one!.parameterError).toBe(1e-16);
  expect(two).toMatchObject({ done: 1, recovered: 0, certified: 0, withoutError: 0 });
});

it('exportSweepTables writes a row a run, and a row a teacher expert, that CSV readers read', async () => {
  const runs = [sweep.runs[1]!, sweep.runs[3]!];
  const error = { name: 'DivergedError', message: 'loss: is "not", finite' };
  const lost: SweepRecord = { ...failed(sweep.runs[4]!), status: 'failed', error };
  const records = [...runs.map((run) => record(run)), lost];
  await fill(parent, records);
  const out = join(parent, 'tables');
  const paths = ['runs.csv', 'milestones.csv'].map((name) => join(out, name));
  expect(await exportSweepTables(parent, out)).toEqual(paths);
  const [rows = [], milestones = []] = await Promise.all(
    paths.map(
      async (path): Promise<Record<string, string>[]> =>
        parseCsv(await readFile(path), { columns: true }),
    ),
  );
  expect(rows.map((row) => [row.students, row.seed, row.status, row['geometry.overlap']])).toEqual([
    ['8', '1', 'done', ''],
    ['8', '1', 'done', '0.25'],
    ['4', '2', 'failed', ''],
  ]);
  expect(Number(rows[0]?.['loss.final'])).toBe(summary.loss.final);
  expect(rows[2]?.error).toBe('DivergedError: loss: is "not", finite');
  const { expert, router } = summary.milestones;
  expect(milestones).toHaveLength(2 * expert.length);
  expect(milestones[0]).toMatchObject({ id: records[0]!.id, students: '8', teacherExpert: '1' });
  const times = milestones.slice(0, expert.length).map((row) => Number(row['expert.time']));
  expect(times).toEqual(expert.map(Number));
  expect(Number(milestones[0]?.['router.time'])).toBe(router[0]);
  await expect(exportSweepTables(parent, join(parent, 'sweep.json', 'x'))).rejects.toThrow(
    /^out: cannot be written/,
  );
});

it('exportSweep writes JSON lines and a Parquet table that others read back', async () => {
  const records = [
    record(sweep.runs[1]!),
    record(sweep.runs[3]!, { recovered: 1, parameterError: null }),
    failed(sweep.runs[4]!),
  ];
  await fill(parent, records);
  await exportSweep(parent);
  const lines = (await readFile(join(parent, 'results.jsonl'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(records);

  const file = await asyncBufferFromFile(join(parent, 'results.parquet'));
  const rows = await parquetReadObjects({ file });
  expect(rows.map((row) => [row.students, row.seed, row.status, row['geometry.overlap']])).toEqual([
    [8, 1, 'done', null],
    [8, 1, 'done', 0.25],
    [4, 2, 'failed', null],
  ]);
  const { loss, certificate } = summary;
  expect(rows[0]).toMatchObject({
    recoveredAll: true,
    proved: true,
    'loss.final': loss.final,
    'train.method': 'dormandPrince',
    verdict: certificate.verdict,
    error: null,
    id: records[0]!.id,
  });
  expect(rows[0]!['milestones.expert.mean']).toBeGreaterThan(0);
  expect(rows[1]).toMatchObject({ recovered: 1, recoveredAll: false, parameterError: null });
  expect(rows.map((row) => row.certified)).toEqual([true, false, null]);
  expect(rows[2]).toMatchObject({
    'loss.final': null,
    error: 'DivergedError: loss: is not finite',
  });
  const { schema } = await parquetMetadataAsync(file);
  const typeOf = (name: string) => schema.find((column) => column.name === name)?.type;
  expect(['students', 'seed', 'loss.final', 'train.time', 'recoveredAll'].map(typeOf)).toEqual([
    'INT32',
    'INT32',
    'DOUBLE',
    'DOUBLE',
    'BOOLEAN',
  ]);
});

it('exportSweep gives a column the same type in every sweep, whatever its rows hold', async () => {
  const typesOf = async (records: SweepRecord[]) => {
    const folder = await mkdtemp(join(parent, 'typed-'));
    await fill(folder, records);
    await exportSweep(folder);
    const file = await asyncBufferFromFile(join(folder, 'results.parquet'));
    const { schema } = await parquetMetadataAsync(file);
    return schema.map(({ name, type }) => [name, type]);
  };
  expect(await typesOf([record(sweep.runs[0]!)])).toEqual(await typesOf([failed(sweep.runs[0]!)]));
});

it('exportSweep writes a sweep that has no record yet', async () => {
  await fill(parent, []);
  await exportSweep(parent);
  expect(await readFile(join(parent, 'results.jsonl'), 'utf8')).toBe('');
  const file = await asyncBufferFromFile(join(parent, 'results.parquet'));
  expect(await parquetReadObjects({ file })).toEqual([]);
});

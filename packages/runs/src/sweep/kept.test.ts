import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPipeline, summaryOf } from '@softmoe/lab';
import { loadMoE, saveMoE } from '@softmoe/model';
import { createTaskPool, taskId } from '@softmoe/tasks';
import { parse as parseCsv } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import worker from '../worker.ts';
import { keptIn } from './kept.ts';
import { exportSweep } from './results-table.ts';
import { parseSweep } from './sweep.ts';
import { openSweepFolder, readSweep } from './sweep-folder.ts';
import { exportSweepTables } from './tidy-tables.ts';

const definition = {
  name: 'kept',
  base: { inputDim: 12, teachers: 2, students: 5, train: { time: 20 } },
  grid: { seed: [1, 2] },
};
const sweep = parseSweep({ ...definition, keep: ['models', 'curves', 'models'] });
let folder: string;
const [one = '', two = ''] = sweep.runs.map(({ task }) => taskId(task, 'c1'));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-kept-'));
  const store = await openSweepFolder(folder, sweep);
  const pool = createTaskPool({ worker, concurrency: 1 });
  for (const { task } of sweep.runs) {
    const outcome = await pool.run(task);
    if (outcome.status === 'failed') throw new Error(outcome.error.message);
    const environment = { node: 'v20', softmoe: '0', platform: 'linux', arch: 'x64' };
    const id = taskId(task, 'c1');
    const about = { code: 'c1', endedAt: '2026-01-01T00:00:00.000Z', seconds: 1, environment };
    await store.put({ id, ...about, ...task, ...outcome });
  }
  await pool.close();
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a sweep that keeps curves and models', () => {
  it('has them in each record, to the bits of the run by itself', async () => {
    const [{ config }] = sweep.runs as [(typeof sweep.runs)[0]];
    const alone = await runPipeline(config);
    const { curves = [], models = {} } = await keptIn(folder, one);
    expect(Object.keys(models)).toEqual(['teacher', 'trained', 'pruned', 'final']);
    for (const name of ['teacher', 'trained', 'pruned', 'final'] as const) {
      const bytes = Buffer.from(models[name] ?? '', 'base64');
      expect(saveMoE(loadMoE(bytes))).toEqual(saveMoE(alone.models[name]));
    }
    expect(curves[0]).toMatchObject({ phase: 'train', time: 0 });
    expect(curves.at(-1)?.loss).toBe(alone.loss.final);
  });

  it('reads results as of any other sweep, and tables of results hold no more than those', async () => {
    const { records: read } = await readSweep(folder);
    const [first] = sweep.runs;
    const { output } = read[0] as { readonly output?: unknown };
    expect(output).not.toHaveProperty('curves');
    expect(output).toMatchObject({
      recovered: summaryOf(await runPipeline(first!.config)).recovered,
    });
    await exportSweep(folder);
    const lines = await readFile(join(folder, 'results.jsonl'), 'utf8');
    expect(lines).not.toMatch(/"curves"|"models"/);
  });

  it('is exported with a row a record and a file a model', async () => {
    const out = join(folder, 'tables');
    const paths = await exportSweepTables(folder, out);
    expect(paths).toHaveLength(3 + 2 * 4);
    const rows: Record<string, string>[] = parseCsv(await readFile(join(out, 'curves.csv')), {
      columns: true,
    });
    expect(new Set(rows.map(({ seed }) => seed))).toEqual(new Set(['1', '2']));
    expect(Object.keys(rows[0] ?? {}).slice(0, 6)).toEqual([
      'id',
      'seed',
      'phase',
      'stage',
      'step',
      'time',
    ]);
    const kept = await keptIn(folder, two);
    const ofSecond = rows.filter(({ seed }) => seed === '2');
    expect(ofSecond.map(({ loss }) => Number(loss))).toEqual(kept.curves?.map(({ loss }) => loss));
    const model = await readFile(join(out, 'models', `${two}.final.safetensors`));
    expect(loadMoE(model).spec.inputDim).toBe(12);
  });

  it('does runs of their own, whatever the order of what is kept, and others keep theirs', () => {
    const inputs = (keep?: unknown) =>
      parseSweep({ ...definition, ...(keep ? { keep } : {}) }).runs.map(({ task }) => task.input);
    expect(inputs(['curves', 'models'])).toEqual(inputs(['models', 'curves']));
    expect(inputs()[0]).not.toHaveProperty('keep');
    expect(() => inputs(['plots'])).toThrow(/^keep\.0: .*"curves"\|"models"/);
    expect(() => inputs([])).toThrow(/^keep: /);
  });

  it('names a record whose curves are none', async () => {
    const path = join(folder, 'records', `${one}.json`);
    const text = await readFile(path, 'utf8');
    const { sha256: _, ...record } = JSON.parse(text);
    record.output.curves[0].loss = 'low';
    const store = await openSweepFolder(folder, sweep);
    await store.put(record);
    await expect(keptIn(folder, one)).rejects.toThrow(/loss: .*"low"/);
    await writeFile(path, text);
  });
});

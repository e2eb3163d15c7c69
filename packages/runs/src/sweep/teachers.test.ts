import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPipeline, summaryOf } from '@softmoe/lab';
import { taskEnvironment, taskId } from '@softmoe/tasks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runExperimentTask } from '../experiment-task.ts';
import { readTeacher } from '../teacher-file.ts';
import { exportSweep } from './results-table.ts';
import { loadSweep, parseSweep, type Sweep } from './sweep.ts';
import { mergeSweeps, openSweepFolder, readDefinition, readSweep } from './sweep-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-teachers-'));
  await write('one.json', { router: [unit(0)], expert: [unit(1)], amplitude: [2] });
  await write('two.json', {
    router: [unit(0), unit(1)],
    expert: [unit(2), unit(3)],
    amplitude: [1, -0.5],
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function unit(i: number): number[] {
  return Array.from({ length: 8 }, (_, j) => (i === j ? 1 : 0));
}

const write = (name: string, content: unknown) =>
  writeFile(join(folder, name), JSON.stringify(content));

const definition = {
  base: { students: 3, train: { time: 2 }, finetune: { maxSteps: 5 } },
  grid: { 'teacher.file': ['one.json', 'two.json'], seed: [0, 1] },
};

async function run(sweep: Sweep, path: string): Promise<void> {
  const store = await openSweepFolder(path, sweep);
  const signal = new AbortController().signal;
  const services = { openBackend: () => Promise.reject(new Error('none is needed')) };
  for (const { task } of sweep.runs) {
    await store.put({
      ...task,
      id: taskId(task, 'c'),
      code: 'c',
      endedAt: '2026-01-01T00:00:00.000Z',
      seconds: 1,
      environment: taskEnvironment,
      status: 'done',
      output: await runExperimentTask(task.input, { signal, services }),
    });
  }
}

describe('a sweep over files of teachers', () => {
  it('does each run on the teacher of its file, and goes on from its folder where the files are gone', async () => {
    const sweep = await loadSweep(definition, 'teachers', folder);
    expect(sweep.runs.map(({ config }) => [config.teacher?.file, config.teachers])).toEqual([
      ['one.json', 1],
      ['one.json', 1],
      ['two.json', 2],
      ['two.json', 2],
    ]);
    const path = join(folder, 'sweep');
    await run(sweep, path);
    const { teacher } = await readTeacher('two.json', {}, folder);
    await rm(join(folder, 'one.json'));
    await write('two.json', {});
    const read = await readSweep(path);
    expect(read.sweep).toEqual(sweep);
    expect(read.missing).toBe(0);
    expect(read.records.map(({ input }) => input)).toEqual(sweep.runs.map(({ config }) => config));
    const last = read.records[3];
    const {
      timing: _,
      seconds: __,
      ...alone
    } = summaryOf(await runPipeline({ ...definition.base, seed: 1 }, { teacher }));
    const { teacher: pinned, ...config } = alone.config;
    expect(last).toMatchObject({
      output: { ...alone, config: { ...config, teacher: { ...pinned, file: 'two.json' } } },
    });
    await exportSweep(path);
    expect(await readFile(join(path, 'results.jsonl'), 'utf8')).not.toContain('teacherModel');
    expect((await readdir(join(path, 'teachers'))).length).toBe(2);
    const merged = await mergeSweeps(join(folder, 'merged'), [path]);
    expect(await readSweep(join(folder, 'merged'))).toEqual({ ...read, sweep: merged });
  });

  it('takes of a preset how to train, and the kind of bare arrays from each run', async () => {
    const grid = { teacher: [{ file: 'one.json' }], gate: ['sigmoid', 'tanh'] };
    const { runs } = await loadSweep({ base: 'story', grid }, 'gates', folder);
    expect(runs.map(({ config }) => config)).toMatchObject([
      { gate: 'sigmoid', students: 4, inputDim: 8, train: { time: 80 } },
      { gate: 'tanh', students: 4, inputDim: 8, train: { time: 80 } },
    ]);
    expect(new Set(runs.map(({ config }) => config.teacher?.sha256)).size).toBe(2);
  });

  it('refuses what cannot be read, contradicts a run, or was not read', async () => {
    const none = { ...definition, grid: { 'teacher.file': ['none.npz'] } };
    await expect(loadSweep(none, 'none', folder)).rejects.toThrow(
      /^teacher\.file: cannot be read \(got "none\.npz"\)\. Give a path from where the sweep is \(ENOENT/,
    );
    const contradiction = { ...definition, base: { ...definition.base, teachers: 1 } };
    await expect(loadSweep(contradiction, 'other', folder)).rejects.toThrow(
      'teachers: must be that of the teacher given, 2 in run 3 of 4, teacher.file two.json, seed 0 (got 1). Leave it out, or give another teacher.',
    );
    expect(() => parseSweep(definition)).toThrow(
      /^teacher: names a teacher that has not been read in run 1 of 4, teacher\.file one\.json, seed 0/,
    );
  });

  it('refuses another file than the one that it was made for', async () => {
    const sweep = await loadSweep(definition, 'teachers', folder);
    const path = join(folder, 'sweep');
    await openSweepFolder(path, sweep);
    await write('two.json', { router: [unit(4)], expert: [unit(5)], amplitude: [1] });
    await expect(loadSweep(sweep.definition, 'teachers', folder)).rejects.toThrow(
      /^teachers\.two\.json: is another file than the one that the sweep was made for .*Give the file of SHA-256 [0-9a-f]{64}, or leave teachers out/,
    );
    const changed = await loadSweep(definition, 'teachers', folder);
    await expect(openSweepFolder(path, changed)).rejects.toThrow(/folder: holds another sweep/);
    const digest = sweep.definition.teachers?.['two.json'] ?? '';
    await writeFile(join(path, 'teachers', digest), 'x');
    await expect(readDefinition(path)).rejects.toThrow(
      /^teachers\.two\.json: was changed since the sweep began .*Put the file two\.json of SHA-256/,
    );
    await rm(join(path, 'teachers', digest));
    await expect(readDefinition(path)).rejects.toThrow(
      /^teachers\.two\.json: is not in the folder of the sweep/,
    );
  });
});

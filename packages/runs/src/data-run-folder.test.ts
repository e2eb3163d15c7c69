import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DataConfig,
  type DataRun,
  type FitJournal,
  type FitProgress,
  type JournaledWatch,
  parseDataConfig,
  runData,
} from '@softmoe/lab';
import { FormatError } from '@softmoe/model';
import { normals } from '@softmoe/teacher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataRun, type DataRunFolder, resumeDataRun } from './data-run-folder.ts';
import { findRuns } from './find-runs.ts';
import { folderKind } from './folder-kind.ts';
import { readDataFolder, readDataRun } from './read-data-run.ts';
import { readRun } from './read-run.ts';
import { RunFolderError } from './run-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-data-run-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sha256 = 'a'.repeat(64);
const inputs = normals({ seed: 1, stream: 'inputs', step: 0, size: 60 }, 2);
const table = { inputs, targets: inputs.filter((_, i) => i % 2 === 0) };
const configOf = (file: string, options: object = {}) =>
  parseDataConfig({
    ...{ engine: 'data', data: { file, target: 'y', sha256 } },
    ...{ students: 2, starts: 1, steps: 2, compare: false, ...options },
  });

const run = (config: DataConfig, watch?: JournaledWatch<FitProgress>) =>
  runData(table, sha256, config, watch);

/** A run on a table in a folder of its own, to its end. */
async function keep(path: string, file: string): Promise<DataRun> {
  const kept = await createDataRun(path, configOf(file));
  const ended = await run(configOf(file), { journal: kept.journal });
  await kept.end(ended);
  await kept.close();
  return ended;
}

it('readDataRun gives what a run ended at, and the folder is no run on a teacher', async () => {
  const path = join(folder, 'one');
  const made = await keep(path, '/somewhere/x.csv');
  expect((await readdir(path)).sort()).toEqual(['data.json', 'final.safetensors', 'result.json']);
  expect(await readDataRun(path)).toEqual(made);
  expect(await folderKind(path)).toBe('data');
  await expect(readRun(path)).rejects.toThrow(
    /is the folder of a run on data, which has no teacher/,
  );
  const again = createDataRun(path, configOf('x.csv'));
  await expect(again).rejects.toThrow(/^out: already exists/);
  await expect(resumeDataRun(path)).rejects.toThrow(/^run: is complete: .* softmoe show /);
});

it('folderKind and findRuns take a data.json of something else for what it is', async () => {
  const parent = join(folder, 'parent');
  await mkdir(join(parent, 'notes'), { recursive: true });
  await writeFile(join(parent, 'notes', 'data.json'), '[]');
  await keep(join(parent, 'table'), '/x.csv');
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
  const before = process.cwd();
  process.chdir(folder);
  try {
    await (await createDataRun('two', configOf('x.csv'))).close();
  } finally {
    process.chdir(before);
  }
  const written = JSON.parse(await readFile(join(path, 'data.json'), 'utf8'));
  expect(written.data).toEqual({ file: join('..', 'x.csv'), sha256, target: 'y' });
  const resumed = await resumeDataRun(path);
  expect(resumed.file).toBe(join(folder, 'x.csv'));
  expect(resumed.config).toEqual(configOf('x.csv'));
  await resumed.folder.close();
});

describe('a run on a table that was stopped', () => {
  const config = configOf('x.csv', { starts: 3, steps: 4, compare: true });
  /** Stops after so many fits. */
  const stopAfter = (fits: number, { journal }: DataRunFolder) => {
    const stop = new AbortController();
    let ended = 0;
    const keep: FitJournal['keep'] = async (fit) => {
      await journal.keep(fit);
      ended += 1;
      if (ended === fits) stop.abort();
    };
    return { signal: stop.signal, journal: { next: () => journal.next(), keep } };
  };

  it('goes on after the last of its fits, to the same result, however often it is stopped', async () => {
    const path = join(folder, 'stopped');
    const created = await createDataRun(path, config);
    await expect(run(config, stopAfter(2, created))).rejects.toThrow('aborted');
    await created.close();
    expect(await readDataFolder(path)).toMatchObject({ config, fits: 2 });
    expect((await findRuns(folder)).onData.find((found) => found.path === path)?.fits).toBe(2);
    await expect(readDataRun(path)).rejects.toThrow(/^run: has not ended, .* softmoe resume /);

    // A kill in the middle of a line.
    const fits = join(path, 'fits.jsonl');
    await appendFile(fits, '{"params":');
    const second = await resumeDataRun(path);
    expect(second.fits).toBe(2);
    await expect(resumeDataRun(path)).rejects.toThrow(/is under way in another process/);
    await expect(run(second.config, stopAfter(1, second.folder))).rejects.toThrow('aborted');
    await second.folder.close();

    const third = await resumeDataRun(path);
    expect(third.fits).toBe(3);
    const ended = await run(third.config, { journal: third.folder.journal });
    expect(ended).toEqual(await run(config));
    await third.folder.end(ended);
    await third.folder.close();
    expect(await readDataRun(path)).toEqual(ended);
  });

  it('is refused with another config or fits that were changed', async () => {
    const path = join(folder, 'changed');
    const created = await createDataRun(path, config);
    await expect(run(config, stopAfter(1, created))).rejects.toThrow('aborted');
    await created.close();
    const file = join(path, 'data.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"seed": 0', '"seed": 1'));
    await expect(resumeDataRun(path)).rejects.toThrow(
      /^seed: was changed to 1 in data\.json since the run began \(got 0\)/,
    );
    await writeFile(file, text);
    const fits = join(path, 'fits.jsonl');
    const lines = await readFile(fits, 'utf8');
    await writeFile(fits, lines.replace('"best":', '"best":1'));
    await expect(resumeDataRun(path)).rejects.toThrow(/^fits: is damaged: .*line 2/);
    await writeFile(fits, lines.slice(1));
    await expect(resumeDataRun(path)).rejects.toThrow(FormatError);
    // Of data.json and of the first line alike.
    await writeFile(file, text.replace('"patience": 12', '"patience": 11'));
    await writeFile(fits, lines.replace('"patience":12', '"patience":11'));
    await expect(resumeDataRun(path)).rejects.toThrow(/^fits: is damaged/);
    await writeFile(file, text);
    await writeFile(fits, `\ufeff${lines}{"torn`);
    await (await resumeDataRun(path)).folder.close();
    expect(await readFile(fits, 'utf8')).toBe(`\ufeff${lines}`);
  });

  it('is complete once its result stands, whatever is left of its fits', async () => {
    const path = join(folder, 'left');
    const made = await keep(path, '/x.csv');
    await writeFile(join(path, 'fits.jsonl'), 'left by a kill');
    expect(await readDataRun(path)).toEqual(made);
    const result = join(path, 'result.json');
    const text = await readFile(result, 'utf8');
    await writeFile(result, text.replace('"seed": 0', '"seed": 1'));
    await expect(resumeDataRun(path)).rejects.toThrow(/was changed since the run wrote it/);
    expect(await readdir(path)).toContain('fits.jsonl');
    await writeFile(result, text);
    await expect(resumeDataRun(path)).rejects.toThrow(/^run: is complete/);
    expect(await readdir(path)).not.toContain('fits.jsonl');
  });

  it('needs the code of a gate that it began with', async () => {
    const path = join(folder, 'own-gate');
    const mine = { name: 'mine', parity: 'odd', exact: false };
    const gate = { ...mine, sha256: 'b'.repeat(64) };
    const own = configOf('x.csv', { gate });
    await (await createDataRun(path, own, { gate: 'export default {}' })).close();
    await expect(resumeDataRun(path)).rejects.toThrow(
      /^gate: is not there, or was changed since the run began \(got .*gate\.mjs/,
    );
  });
});

it('readDataRun notices a changed model and result, and refuses what is no such folder', async () => {
  const path = join(folder, 'three');
  await keep(path, '/x.csv');
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

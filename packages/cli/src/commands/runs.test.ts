import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExperiment, parseConfig, runPipeline } from '@softmoe/lab';
import { createRunFolder } from '@softmoe/runs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

const small = { inputDim: 24, teachers: 2, students: 8, seed: 1 };
let parent: string;
const at = (name: string) => join(parent, name);

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-runs-'));
  for (const [name, changes] of [
    ['good', {}],
    ['few', { students: 1 }],
  ] as const) {
    const config = parseConfig({ ...small, ...changes });
    const folder = await createRunFolder(at(name), createExperiment(config).snapshot());
    await runPipeline(config, { onRecord: (event) => folder.add(event) });
    await folder.close();
  }
  const config = parseConfig(small);
  const experiment = createExperiment(config);
  const folder = await createRunFolder(at('stopped'), experiment.snapshot());
  for (let i = 0; i < 3; i++) await folder.add((await experiment.next())!);
  await folder.checkpoint(experiment.snapshot());
  await folder.close();
});
afterAll(() => rm(parent, { recursive: true, force: true }));

describe('softmoe runs', () => {
  it('has a line for each run', async () => {
    const { code, stdout } = await softmoe('runs', parent);
    expect(code).toBe(0);
    const [, ...lines] = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^ +few +✘ nonzero-loss +24 +2 +1 +exact +1 +1 of 2 +1 /);
    expect(lines[1]).toMatch(/^ +good +✔ certified +24 +2 +8 +exact +1 +2 of 2 +2 /);
    expect(lines[2]).toMatch(/^ +stopped +in train +24 /);
  });

  it('prints them as JSON, and says where there is none', async () => {
    const { stdout } = await softmoe('runs', parent, '--json');
    const runs = JSON.parse(stdout);
    expect(runs.map(({ phase }: { phase: string }) => phase)).toEqual(['done', 'done', 'train']);
    expect(runs[1].result.recovered).toBe(2);
    expect((await softmoe('runs', at('good'))).stdout).toMatch(/^no runs in /);
    expect((await softmoe('runs', at('nowhere'))).code).toBe(2);
  });

  it('names a run whose files are not what it wrote, lists the others and exits with 2', async () => {
    const damaged = at(join('damaged', 'run'));
    await cp(at('good'), damaged, { recursive: true });
    await truncate(join(damaged, 'records.jsonl'), 1000);
    const problem = /FormatError: .*records\.jsonl: must have the \d+ bytes .*\(got 1000\)/;
    const alone = await softmoe('runs', at('damaged'));
    expect(alone).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(problem) });
    await cp(at('stopped'), at(join('damaged', 'stopped')), { recursive: true });
    const { code, stdout } = await softmoe('runs', at('damaged'));
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([2, 2]);
    for (const command of ['show', 'report', 'export', 'resume']) {
      const refused = await softmoe(command, damaged);
      expect(refused).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(problem),
      });
    }
  });
});

describe('softmoe show', () => {
  it('tells the story of a complete run, with the exit code of the run', async () => {
    const good = await softmoe('show', at('good'));
    expect(good.code).toBe(0);
    expect(good.stdout).toMatch(/A teacher of 2[\s\S]*1 {2}Learn[\s\S]*✔ {2}2 of 2/);
    expect((await softmoe('show', at('few'))).code).toBe(3);
  });

  it('says how far an incomplete run has come, and how to go on', async () => {
    const { code, stdout } = await softmoe('show', at('stopped'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/in the phase 'train'.*\nGo on with: softmoe resume .*stopped/);
  });

  it('prints result.json', async () => {
    const { stdout } = await softmoe('show', at('good'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ recovered: 2, survivors: 2 });
  });
});

describe('softmoe compare', () => {
  it('shows the fields that differ and both findings', async () => {
    const { code, stdout } = await softmoe('compare', at('good'), at('few'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {3}config {5}good {3}few\n {3}students {6}8 {5}1\n\n/);
    expect(stdout).toMatch(/recovered +2 of 2 +1 of 2\n/);
    expect(stdout).toMatch(/last router aligned at +[\d.]+ +never\n/);
  });

  it('says when nothing differs, and leaves open what is not known yet', async () => {
    const { stdout } = await softmoe('compare', at('good'), at('stopped'));
    expect(stdout).toMatch(/The configs are the same, seed and all/);
    expect(stdout).toMatch(/recovered +2 of 2 +–\n/);
  });

  it('prints JSON', async () => {
    const { stdout } = await softmoe('compare', at('good'), at('few'), '--json');
    expect(JSON.parse(stdout).config).toEqual([{ what: 'students', a: 8, b: 1 }]);
  });
});

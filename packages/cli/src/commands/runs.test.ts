import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createExperiment, parseConfig, runPipeline } from '@softmoe/lab';
import { createRunFolder } from '@softmoe/runs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

const small = { inputDim: 24, teachers: 2, students: 8, seed: 1 };
let parent: string;
const at = (name: string) => join(parent, name);

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-runs-'));
  for (const [name, changes, about] of [
    ['good', {}, { tags: ['paper', 'first'], note: 'as in figure 2' }],
    ['few', { students: 1 }, { tags: ['paper'] }],
  ] as const) {
    const config = parseConfig({ ...small, ...changes });
    const start = createExperiment(config).snapshot();
    const folder = await createRunFolder(at(name), start, {}, { ...about, tags: [...about.tags] });
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
    expect(lines[1]).toMatch(/^ +good +✔ certified and proved +24 +2 +8 +exact +1 +2 of 2 +2 /);
    expect(lines[2]).toMatch(/^ +stopped +in train +24 /);
  });

  const listed = async (...query: string[]) => {
    const { code, stdout, stderr } = await softmoe('runs', parent, '--json', ...query);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout).map(({ path }: { path: string }) => basename(path));
  };

  it('lists those of a tag, and shows tags where there are any', async () => {
    expect((await softmoe('runs', parent)).stdout).toMatch(
      / tags .*\n.* paper .*\n.* paper first /,
    );
    expect(await listed('--tag', 'paper')).toEqual(['few', 'good']);
    expect(await listed('--tag', 'paper', '--tag', 'first')).toEqual(['good']);
    const none = await softmoe('runs', parent, '--tag', 'other');
    expect(none.stdout).toMatch(/^none of the 3 runs in .* is asked for\n$/);
  });

  it.each([
    ['--filter students=8', 'good stopped'],
    ['--filter students<=1', 'few'],
    ['--filter train.noise=', ''],
    ['--filter note=', 'few stopped'],
    ['--filter parameterError<1e-6', 'good'],
    ['--filter gate=sigmoid --filter recovered!=2', 'few stopped'],
    ['--filter train.time>1 --filter run=good', 'good'],
    ['--filter loss.final>0.01', 'few'],
    ['--sort students', 'few good stopped'],
    ['--sort -students', 'good stopped few'],
    ['--sort loss.final', 'good few stopped'],
    ['--sort -loss.final', 'few good stopped'],
    ['--sort -run', 'stopped good few'],
  ])('lists what %s asks for', async (query, names) => {
    expect((await listed(...query.split(' '))).join(' ')).toBe(names);
  });

  it.each<[string[], RegExp]>([
    [['--sort', 'lost'], /^UnknownNameError: sort: is a field of none of the runs \(got "lost"\)/],
    [['--filter', 'lost=1'], /^UnknownNameError: filter: is a field of none of the runs/],
    [['--filter', 'students'], /^ValueError: filter: is no condition on a run \(got "students"\)/],
    [['--filter', 'students<many'], /^ValueError: filter: is no condition on a run/],
  ])('refuses %j', async (query, sentence) => {
    const { code, stdout, stderr } = await softmoe('runs', parent, ...query);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(sentence);
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

describe('softmoe run', () => {
  it('keeps tags, a note and the commit that it was started at, beside what it computes', async () => {
    const small = 'run quick --students 3 --train-time 2 --finetune-max-steps 5 --quiet';
    const argv = small.split(' ');
    const about = ['--tag', 'a', '--tag', 'b/c', '--note', 'why not'];
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
        cwd: parent,
        encoding: 'utf8',
      }).trim();
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '-m', 'one');
    const state = { commit: git('rev-parse', 'HEAD'), dirty: false };
    const before = process.cwd();
    process.chdir(parent);
    const printed = await softmoe(...argv, '--json').finally(() => process.chdir(before));
    process.chdir(parent);
    await softmoe(...argv, '--out', at('tagged'), ...about).finally(() => process.chdir(before));
    const kept = JSON.parse(await readFile(at(join('tagged', 'about.json')), 'utf8'));
    expect(kept).toMatchObject({ tags: ['a', 'b/c'], note: 'why not', git: state });
    const result = JSON.parse(await readFile(at(join('tagged', 'result.json')), 'utf8'));
    expect(result.git).toEqual(state);
    const shown = await softmoe('show', at('tagged'));
    expect(shown.stdout).toMatch(/^Tags: a, b\/c\nNote: why not\nGit: [0-9a-f]{12}/);
    const shownGit = async () =>
      JSON.parse((await softmoe('show', at('tagged'), '--json')).stdout).git;
    expect(await shownGit()).toEqual(state);
    // What it computes does not depend on them.
    const { seconds: _, timing: __, ...plain } = JSON.parse(printed.stdout);
    expect(plain.git).toEqual(state);
    expect(result).toMatchObject(plain);
    // What about.json says may be edited; the result is what it was.
    await rm(at(join('tagged', 'about.json')));
    expect(await shownGit()).toEqual(state);
    for (const name of ['tagged', '.git']) await rm(at(name), { recursive: true });
  });

  it('refuses tags that could not be asked for, and where no run is kept', async () => {
    const bad = await softmoe('run', 'quick', '--out', at('bad'), '--tag', 'a b');
    expect(bad).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^RunFolderError: tag: is no tag/),
    });
    const unkept = await softmoe('run', 'quick', '--note', 'lost');
    expect(unkept).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: option '--note' needs --out/),
    });
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
    const { runs, config, found } = JSON.parse(stdout);
    expect(runs).toEqual([at('good'), at('few')]);
    expect(config).toEqual([{ what: 'students', values: [8, 1] }]);
    expect(found[1]).toEqual({ what: 'recovered', values: ['2 of 2', '1 of 2'] });
  });

  it('takes any number of runs, and draws their losses over each other', async () => {
    const [runs, figure] = [['good', 'few', 'stopped'].map(at), at('overlay.svg')];
    const { code, stdout, stderr } = await softmoe('compare', ...runs, '--figure', figure);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `the figure is in ${figure}\n` });
    expect(stdout).toMatch(
      /^ {3}config {5}good {3}few {3}stopped\n {3}students {6}8 {5}1 {9}8\n\n/,
    );
    const svg = await readFile(figure, 'utf8');
    expect(svg).toMatch(/^<\?xml .*\n<svg /);
    for (const name of ['good', 'few', 'stopped']) expect(svg).toContain(`>${name}</text>`);
    expect(svg.match(/data-mark="line"/g)?.length).toBeGreaterThanOrEqual(5);
    await rm(figure);
    const lost = await softmoe('compare', ...runs, '--figure', at('no/where.svg'));
    expect(lost).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^RunFolderError: figure: cannot be written/),
    });
    const other = await softmoe('compare', ...runs, '--figure', at('overlay.png'));
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/name that ends in \.svg/),
    });
    expect((await softmoe('compare', at('good'))).stderr).toMatch(/give two or more/);
  });

  it('measures barriers between two students of one teacher', async () => {
    const small = 'run quick --students 3 --train-time 2 --finetune-max-steps 5 --quiet';
    const run = (...more: string[]) => softmoe(...small.split(' '), ...more);
    await run('--out', at('first'));
    await run('--out', at('other'), '--seed', '1');
    const teacher = at(join('first', 'teacher.safetensors'));
    await run('--out', at('second'), '--seed', '1', '--teacher', teacher);
    const compare = (...argv: string[]) => softmoe('compare', ...argv, '--barriers');
    const { barriers } = JSON.parse((await compare(at('first'), at('second'), '--json')).stdout);
    expect(barriers[0]).toMatchObject({ stage: 'trained', units: [3, 3] });
    const { straight, aligned } = barriers[0];
    expect(straight.height).toBeGreaterThan(0);
    expect(straight.losses).toHaveLength(33);
    for (const i of [0, 32]) expect(aligned.losses[i]).toBeCloseTo(straight.losses[i], 12);
    const { stdout } = await compare(at('good'), at('few'));
    expect(stdout).toMatch(
      /\n\n {3}barrier \/ null loss +units +as they are +up to symmetry\n {3}after training +8 and 1 +– +–\n/,
    );
    const same = (await compare(at('good'), at('good'))).stdout;
    expect(same).toMatch(
      /after training +8 +<1e-15 +<1e-15\n {3}after pruning +2 +<1e-15 +<1e-15\n/,
    );
    expect(await compare(at('first'), at('other'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^RunFolderError: barriers: are between students of one teacher.*--teacher .*first\/teacher\.safetensors/,
      ),
    });
    expect((await compare(at('good'), at('few'), at('first'))).stderr).toMatch(
      /barriers: are between two runs \(got 3\)\. Give two folders\./,
    );
    for (const name of ['first', 'second', 'other']) await rm(at(name), { recursive: true });
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSweep } from '@softmoe/runs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe, start } from '../../test/softmoe.ts';

let parent: string;
const at = (name: string) => join(parent, name);
const small = {
  name: 'small',
  base: { inputDim: 24, teachers: 2 },
  grid: { students: [1, 8], seed: [1, 2] },
};

async function define(name: string, sweep: unknown): Promise<string> {
  await writeFile(at(`${name}.json`), typeof sweep === 'string' ? sweep : JSON.stringify(sweep));
  return at(`${name}.json`);
}

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'softmoe-sweep-'));
});
afterAll(() => rm(parent, { recursive: true, force: true }));

/** When each record of a folder was made: it changes if a run is done again. */
async function endings(folder: string): Promise<string[]> {
  return (await readSweep(folder)).records.map(({ endedAt }) => endedAt);
}

describe('softmoe sweep', () => {
  it('does every run, sums up, exports, and does nothing twice', async () => {
    const [file, out] = [await define('small', small), at('small')];
    const first = await softmoe('sweep', file, '--out', out, '--jobs', '2');
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(/0 of 4 runs ended[\s\S]*4 of 4 runs ended/);
    expect(first.stdout).toMatch(/^Sweep small over students, seed: 4 of 4 runs done\n/);
    expect(first.stdout).toMatch(/\n +1 +2 +0 of 2 +0 of 2 +1 +\S+ +2 +\S+\n/);
    expect(first.stdout).toMatch(/\n +8 +2 +[12] of 2 +[12] of 2 +2 +\S+ +\S+ +\S+\n/);
    expect((await readdir(out)).sort()).toEqual([
      'records',
      'results.jsonl',
      'results.parquet',
      'sweep.json',
    ]);
    const before = await endings(out);
    const again = await softmoe('sweep', out, '--quiet');
    expect(again).toEqual({ ...first, stderr: '' });
    expect(await endings(out)).toEqual(before);
    const tables = await softmoe('export', out);
    const [runs = '', milestones = ''] = tables.stdout.trim().split('\n');
    expect([runs, milestones]).toEqual(
      ['runs.csv', 'milestones.csv'].map((name) => join(out, 'tables', name)),
    );
    expect((await readFile(runs, 'utf8')).trim().split('\n')).toHaveLength(5);
    expect(await readFile(milestones, 'utf8')).toMatch(
      /^id,students,seed,teacherExpert,expert\.time,router\.time\n/,
    );
  });

  it('does its runs on teachers of one’s own, in files from where the sweep is, and goes on from its folder', async () => {
    const unit = (i: number) => Array.from({ length: 6 }, (_, j) => (i === j ? 1 : 0));
    const teacher = { router: [unit(0)], expert: [unit(1)], amplitude: [1] };
    await writeFile(at('own.json'), JSON.stringify(teacher));
    const base = { teacher: { file: 'own.json' }, students: 3, train: { time: 60 } };
    const file = await define('owned', { base, grid: { seed: [1, 2] } });
    const out = at('owned');
    const first = await softmoe('sweep', file, '--out', out, '--jobs', '2', '--quiet');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    await rm(at('own.json'));
    expect(await softmoe('sweep', out, '--quiet')).toEqual(first);
    const { records } = await readSweep(out);
    expect(records.map((record) => record.status === 'done' && record.output.recovered)).toEqual([
      1, 1,
    ]);
    expect((await softmoe('report', out)).code).toBe(0);
  });

  it('refuses a run that is too large before it starts, and does the others', async () => {
    const list = [{ students: 4 }, { students: 1_000_000 }];
    const file = await define('large', { base: small.base, list });
    const { code, stdout } = await softmoe('sweep', file, '--out', at('large'), '--quiet');
    expect(code).toBe(5);
    expect(stdout).toMatch(/1 of 2 runs done/);
    const { records } = await readSweep(at('large'));
    const failed = records.filter((record) => record.status === 'failed');
    expect(failed).toMatchObject([{ error: { name: 'SizeError', field: 'students' } }]);
  });

  it('runs engines that sample on backends of the threads', async () => {
    const online = { engine: 'online', 'train.batchSize': 64, 'train.time': 1 };
    const base = { ...small.base, students: 4, finetune: { onlineSteps: 2, maxSteps: 5 } };
    const list = [online, { ...online, engine: 'subspace' }];
    const file = await define('sampled', { base, list });
    const { code } = await softmoe('sweep', file, '--out', at('sampled'), '--quiet', '--jobs', '2');
    expect(code).toBe(0);
    const { records } = await readSweep(at('sampled'));
    expect(records.map(({ status }) => status)).toEqual(['done', 'done']);
  });

  it('counts what is certified apart from what was found', async () => {
    const list = [{ seed: 0 }, { seed: 1, initialAmplitude: 0.1 }];
    const file = await define('degenerate', { base: 'quick', grid: { students: [6] }, list });
    const { stdout } = await softmoe('sweep', file, '--out', at('degenerate'), '--quiet');
    expect(stdout).toContain(
      '2 of 2 runs recovered every teacher expert; 1 of 2 are certified.\n' +
        '1 of 2 have no parameter error: as many units as the teacher has were not left.',
    );
    await softmoe('report', at('degenerate'));
    const html = await readFile(join(at('degenerate'), 'report.html'), 'utf8');
    expect(html).toMatch(
      /<title>Sweep degenerate: 1 of 2 runs certified, 2 recovered every teacher/,
    );
  });

  it('gives as JSON what it prints', async () => {
    const file = await define('as-json', small);
    const { stdout } = await softmoe('sweep', file, '--out', at('json'), '--json', '--quiet');
    const { cells, ...summary } = JSON.parse(stdout);
    expect(summary).toMatchObject({
      name: 'small',
      fields: ['students', 'seed'],
      runs: { total: 4, done: 4, failed: 0, missing: 0 },
    });
    expect(cells[0]).toMatchObject({ values: { students: 1 }, runs: 2, recovered: 0 });
  });

  it('records a run that diverges with its reason, goes on, and does it again when told to', async () => {
    const online = { engine: 'online', 'train.batchSize': 8, 'train.time': 1, seed: 1 };
    const list = [
      { seed: 0 },
      { ...online, 'train.step': 1e30, 'train.flow': 'plain', 'train.time': 1e32 },
    ];
    const out = at('failing');
    const file = await define('failing', { base: { ...small.base, students: 4 }, list });
    const { code, stdout, stderr } = await softmoe('sweep', file, '--out', out);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^a run failed: \w+Error: /m);
    expect(stdout).toMatch(/1 of 2 runs done, 1 failed/);
    expect(stdout).toMatch(/^failed: seed 1, engine online, .*: \w+Error: \S+: /m);
    const before = await endings(out);
    expect((await softmoe('sweep', out, '--quiet')).code).toBe(5);
    expect(await endings(out)).toEqual(before);
    await softmoe('sweep', out, '--quiet', '--retry-failed');
    const after = await endings(out);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  it('shares the runs between machines, each done by one, and joins what they did', async () => {
    const grid = { students: [1, 2, 3], seed: { from: 0, to: 2 } };
    const file = await define('shared', { base: small.base, grid });
    const counts: number[] = [];
    for (const i of [1, 2, 3]) {
      const out = at(`shard-${i}`);
      expect((await softmoe('sweep', file, '--out', out, '--shard', `${i}/3`)).code).toBe(0);
      counts.push((await readSweep(out)).records.length);
    }
    expect(counts.reduce((sum, count) => sum + count)).toBe(9);
    const out = at('joined');
    const { code, stdout } = await softmoe(
      ...['sweep', 'merge', out, at('shard-1'), at('shard-2'), at('shard-3')],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/9 of 9 runs done/);
    expect((await readFile(join(out, 'results.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(9);
    const again = await softmoe('sweep', 'export', out);
    expect(again.stdout).toBe(stdout);
  });

  it('stops on SIGINT with what is done kept, and goes on with the rest', async () => {
    const grid = { seed: { from: 0, to: 11 } };
    const file = await define('stopped', { base: { ...small.base, students: 8 }, grid });
    const out = at('stopped');
    const running = start('sweep', file, '--out', out, '--jobs', '2');
    await running.said(/^[1-9]\d* of 12 runs ended/m);
    process.emit('SIGINT', 'SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^(\d+ of 12 runs ended, .*\n)+stopped: \d+ of 12 tasks recorded; go on with: softmoe sweep \S+\n$/,
    );
    const before = await endings(out);
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(12);
    expect((await softmoe('sweep', out, '--quiet')).code).toBe(0);
    expect(await endings(out)).toEqual(expect.arrayContaining(before));
    expect(await endings(out)).toHaveLength(12);
  });

  it('shows a live table on a terminal, which Ctrl-C clears', async () => {
    const grid = { students: [4, 8], seed: { from: 0, to: 5 } };
    const file = await define('live', { base: small.base, grid });
    const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
    const sweep = `"${process.execPath}" "${main}" sweep "${file}" --out "${at('live')}" --jobs 1`;
    // A real one, from util-linux: what clears the screen listens to signals itself.
    const terminal = spawn('script', [
      '-qec',
      `stty cols 100 rows 30; echo "pid $$;"; exec ${sweep}`,
      '/dev/null',
    ]);
    let screen = '';
    let stopped = false;
    terminal.stdout.on('data', (chunk) => {
      screen += String(chunk);
      if (stopped || !/[1-9] of 12 runs ended/.test(screen)) return;
      stopped = true;
      process.kill(Number(/pid (\d+);/.exec(screen)?.[1]), 'SIGINT');
    });
    expect(await once(terminal, 'close')).toEqual([130, null]);
    expect(screen).toMatch(/█+░+ \d+ %/);
    expect(screen).toMatch(/1 running, about \d+ s left/);
    expect(screen).toMatch(/students +ended +recovered all +failed\s+4 +\d of 6 +\d of \d/);
    expect(screen).toMatch(/stopped: \d+ of 12 tasks recorded; go on with: softmoe sweep \S+\s/);
  });

  it.each([[['sweep', 'export']], [['sweep', '--json', 'export']]])(
    'gives as JSON what %o sums up, wherever --json stands',
    async (words) => {
      const file = await define('nested', small);
      await softmoe('sweep', file, '--out', at('nested'), '--quiet');
      const after = words.includes('--json') ? [] : ['--json'];
      const { stdout } = await softmoe(...words, at('nested'), ...after);
      expect(JSON.parse(stdout).runs).toMatchObject({ total: 4, missing: 0 });
      const merged = await softmoe('sweep', 'merge', at('merged'), at('nested'), '--json');
      expect(JSON.parse(merged.stdout).runs).toMatchObject({ total: 4, missing: 0 });
    },
  );

  it('prints an example that it can run', async () => {
    const { code, stdout } = await softmoe('sweep', '--example');
    expect(code).toBe(0);
    const { base, grid, name } = JSON.parse(stdout);
    const fewer = { base, grid: { students: grid.students.slice(0, 1), seed: [0] } };
    const file = await define(name, fewer);
    expect((await softmoe('sweep', file, '--out', at(name), '--quiet')).code).toBe(0);
  });
});

describe('bad input to softmoe sweep', () => {
  it.each<[string, RegExp, unknown]>([
    ['no JSON', /^FormatError: .*\.json: is not JSON/, '{'],
    ['no base', /^SweepError: base: /, { grid: { seed: [1] } }],
    [
      'a bad run',
      /^SweepError: students: .*run 2 of 2, students 0/,
      { base: 'quick', grid: { students: [4, 0] } },
    ],
  ])('%s', async (name, error, sweep) => {
    const file = await define('bad', sweep);
    const { code, stderr } = await softmoe('sweep', file, '--out', at(name));
    expect(stderr).toMatch(error);
    expect(code).toBe(2);
    expect(await readdir(parent)).not.toContain(name);
  });

  it.each<[string, RegExp, string[]]>([
    ['no sweep', /^error: missing sweep\.json; softmoe sweep --example/, []],
    ['a missing file', /^ConfigError: sweep: cannot be read/, ['nowhere.json']],
    ['a bad shard', /^SweepError: shard: is not i\/n.*2\/4/, ['x.json', '--shard', '5/4']],
    [
      'bad jobs',
      /option '--jobs <n>' argument '0' is invalid. Give a whole/,
      ['x.json', '--jobs', '0'],
    ],
    ['nothing to join', /missing required argument 'folders'/, ['merge', 'out']],
    [
      'no folder of a sweep',
      /^SweepError: folder: is not the folder of a sweep/,
      ['export', tmpdir()],
    ],
  ])('%s', async (_, error, argv) => {
    const { code, stdout, stderr } = await softmoe('sweep', ...argv);
    expect(stderr).toMatch(error);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it('a folder whose records cannot be written', async () => {
    const file = await define('good', small);
    await mkdir(at('blocked'));
    await writeFile(join(at('blocked'), 'records'), '');
    const { code, stderr } = await softmoe('sweep', file, '--out', at('blocked'));
    expect(stderr).toMatch(/^StoreError: store: cannot be read or written/);
    expect(code).toBe(2);
  });
});

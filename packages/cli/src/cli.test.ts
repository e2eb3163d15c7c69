import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadMoE } from '@softmoe/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { small, softmoe } from '../test/softmoe.ts';
import { configFields } from './run/config-options.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('softmoe run', () => {
  it('tells the story and exits with 0', async () => {
    const { code, stdout, stderr } = await softmoe(...small);
    expect(code).toBe(0);
    expect(stdout).toMatch(/1 {2}Learn[\s\S]*2 {2}Prune[\s\S]*3 {2}Fine-tune[\s\S]*✔ {2}2 of 2/);
    expect(stderr).toMatch(/learn[\s\S]*fine-tune/);
  });

  it('recovers softmax routing on the kernels, and says what it estimates', async () => {
    const fast = ['--train-batch-size', '512', '--finetune-sample-size', '1000', '--quiet'];
    const { code, stdout } = await softmoe('run', 'softmax', ...fast);
    expect(stdout).toMatch(/softmax gates.*span coordinates/);
    expect(stdout).toMatch(/1 {2}Learn: Adam at learning rate 0\.01, 2000 steps/);
    expect(stdout).toMatch(/8 → 2 units[\s\S]*some merged/);
    expect(stdout).toMatch(/fixed sample of 1000 points[\s\S]*μ [\d.]+ ± [\d.]+/);
    expect(stdout).toMatch(/✔ {2}2 of 2 teacher experts recovered/);
    expect(code).toBe(0);
  });

  it.each(['relu', 'gelu', 'tanh'])(
    'takes --expert %s, sampled in span coordinates',
    async (kind) => {
      const argv = ['run', 'quick', '--expert', kind, '--train-time', '0.1'];
      const { stdout } = await softmoe(...argv, '--finetune-max-steps', '1', '--json', '--quiet');
      const { config } = JSON.parse(stdout);
      expect(config).toMatchObject({ expert: { kind }, engine: 'subspace' });
    },
  );

  const online = [
    ...['--engine', 'online', '--backend', 'reference', '--quiet', '--finetune-max-steps', '1'],
    ...['--train-time', '0.1', '--train-batch-size', '8', '--finetune-online-steps', '1'],
  ];

  it('draws a preset online in the span where d ≥ 6(m + k), as asked by --sampling, and a file as it says', async () => {
    const samplingOf = async (source: string, ...options: string[]) => {
      const { stdout, stderr } = await softmoe('run', source, ...online, ...options, '--json');
      expect(stderr.replace(/^warning: .*\n/gm, '')).toBe('');
      return JSON.parse(stdout).config.train.sampling;
    };
    const wide = ['--students', '4', '--teachers', '2', '--input-dim', '40'];
    expect(await samplingOf('quick', ...wide)).toBe('span');
    expect(await samplingOf('quick', ...wide, '--sampling', 'inputs')).toBe('inputs');
    expect(await samplingOf('quick', '--students', '8')).toBe('inputs');
    const file = join(folder, 'before.json');
    await writeFile(file, JSON.stringify({ inputDim: 40, teachers: 2, students: 4 }));
    expect(await samplingOf(file)).toBe('inputs');
    expect(await samplingOf(file, '--sampling', 'span')).toBe('span');
  });

  it('says in the story how batches are drawn, and names the option where they are not', async () => {
    const wide = ['--students', '4', '--teachers', '2', '--input-dim', '40'];
    const { stdout } = await softmoe('run', 'quick', ...online, ...wide);
    expect(stdout).toMatch(/on fresh samples, drawn in the span of both models; seed/);
    expect(stdout).toMatch(/1 steps? on fresh samples drawn in the span, then/);
    const { code, stderr } = await softmoe('run', 'quick', '--sampling', 'span');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /train\.sampling.*got "span"[\s\S]*engine 'online', or sampling 'inputs'/,
    );
  });

  it('prints result.json alone with --json', async () => {
    const { code, stdout, stderr } = await softmoe(...small, '--json', '--quiet');
    const result = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(result).toMatchObject({
      inputDim: 24,
      teachers: 2,
      students: 8,
      seed: 1,
      engine: 'exact',
      recovered: 2,
      survivors: 2,
      alignment: { expert: expect.any(Array), router: expect.any(Array) },
      seconds: expect.any(Number),
    });
    expect(result.parameterError).toBeLessThanOrEqual(1e-12);
    expect(Math.abs(result.loss.final)).toBeLessThanOrEqual(1e-14);
    const { predicted, measured } = result.contraction;
    expect(Math.abs(Math.log(measured) / Math.log(predicted) - 1)).toBeLessThan(0.02);
  });

  it('keeps a run in a folder, from whose config it can be repeated to the same numbers', async () => {
    const out = join(folder, 'kept');
    const first = await softmoe(...small, '--seed', '3', '--out', out, '--json');
    // Where it is started in a repository of git, it also says at which commit.
    expect((await readdir(out)).filter((name) => name !== 'about.json').sort()).toEqual([
      'config.json',
      'final.safetensors',
      'pruned.safetensors',
      'records.jsonl',
      'result.json',
      'teacher.safetensors',
      'trained.safetensors',
    ]);
    const timeless = (text: string) => {
      const { seconds: _, timing: __, files: ___, sha256: ____, ...result } = JSON.parse(text);
      return result;
    };
    const kept = await readFile(join(out, 'result.json'), 'utf8');
    expect(timeless(kept)).toEqual(timeless(first.stdout));
    const again = await softmoe('run', join(out, 'config.json'), '--json');
    expect(timeless(again.stdout)).toEqual(timeless(kept));

    const records = (await readFile(join(out, 'records.jsonl'), 'utf8')).trim().split('\n');
    const parsed = records.map((line) => JSON.parse(line));
    expect(parsed[0]).toMatchObject({ phase: 'train', step: 0, time: 0 });
    expect(parsed[0].overlaps.expert).toHaveLength(8);
    expect(parsed.at(-1).phase).toBe('finetune');
    const final = loadMoE(await readFile(join(out, 'final.safetensors')));
    expect(final.spec).toMatchObject({ inputDim: 24, experts: 2 });
  });

  it('never overwrites a run', async () => {
    const out = join(folder, 'taken');
    await softmoe(...small, '--out', out, '--quiet');
    const { code, stderr } = await softmoe(...small, '--out', out);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^RunFolderError: out: already exists.*Choose another folder/);
  });

  it('warns of fewer students than teacher experts, runs, says what is missing and exits with 3', async () => {
    const { code, stdout, stderr } = await softmoe('run', 'quick', '--students', '2');
    expect(code).toBe(3);
    expect(stderr).toMatch(/warning: 2 students cannot represent 3 teacher experts/);
    expect(stdout).toMatch(/missed teacher expert \d/);
    expect(stdout).toMatch(/Use more students/);
  });

  it('has an option for every field of the config', async () => {
    const { stdout } = await softmoe('run', '--help');
    const fields = configFields();
    expect(fields.map(({ flag }) => flag)).toContain('train-batch-size');
    expect(fields.length).toBeGreaterThan(18);
    for (const { flag, isSwitch } of fields) {
      expect(stdout).toContain(isSwitch ? `--${flag}   ` : `--${flag} <value>`);
    }
    expect(stdout).toMatch(/Presets:[\s\S]*Examples:[\s\S]*Exit codes:/);
  });
});

describe('a run that is too large', () => {
  it.each(['100000', '1000000'])(
    '%s students are refused at once, with the number that fits',
    async (students) => {
      const out = join(folder, `large-${students}`);
      const { code, stdout, stderr } = await softmoe(
        'run',
        'quick',
        '--students',
        students,
        '--out',
        out,
      );
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(
        /^SizeError: students: would need \d+ [GTP]B of memory in learning, and there are \S+ [GT]B \(got 1000+\)\. Use at most \d+\. The option is --students\.\n$/,
      );
      expect(existsSync(out)).toBe(false);
    },
  );
});

describe('the built command as a process', () => {
  it('ends in silence when the reader of its output goes away', () => {
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    if (!existsSync(main))
      throw new Error('packages/cli is not built: run `tsc -b packages/cli` first');
    const command = `"${process.execPath}" "${main}" run quick --quiet | head -1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toMatch(/Error|at /);
  });

  it.each([
    ['run quick --quiet', '> /dev/full'],
    ['run quick --quiet --json', '> /dev/full'],
    ['--version', '> /dev/full'],
    ['sweep --example', '> /dev/full'],
    ['run --help', '> /dev/full'],
  ])('says in one line that %s %s cannot be written, and exits with 4', (argv, redirection) => {
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const command = `"${process.execPath}" "${main}" ${argv} ${redirection}`;
    const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect(stderr).toMatch(/^softmoe: the output cannot be written \(ENOSPC.*\)\n$/);
    expect(status).toBe(4);
    const silent = spawnSync('sh', ['-c', `${command} 2> /dev/full`], { encoding: 'utf8' });
    expect(silent.status).toBe(4);
  });

  it('stops between records, too', async () => {
    const out = join(folder, 'between-records');
    const running = softmoe(
      ...['run', 'canonical', '--quiet', '--out', out, '--train-method', 'euler'],
      ...['--train-time', '100000', '--train-record-every', '100000'],
    );
    const records = () => readFile(join(out, 'records.jsonl'), 'utf8').catch(() => '');
    await expect.poll(records, { interval: 5 }).toContain('\n');
    process.emit('SIGTERM', 'SIGTERM');
    expect((await running).code).toBe(143);
    expect((await records()).trim().split('\n')).toHaveLength(1);
  });
});

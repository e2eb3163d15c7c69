import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadMoE } from '@softmoe/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe } from '../test/softmoe.ts';
import { configFields } from './run/config-options.ts';

const small = [
  'run',
  'quick',
  '--input-dim',
  '24',
  '--teachers',
  '2',
  '--students',
  '8',
  '--seed',
  '1',
];
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
    expect((await readdir(out)).sort()).toEqual([
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
    const flags = configFields().map(({ flag }) => flag);
    expect(flags).toContain('train-batch-size');
    expect(flags.length).toBeGreaterThan(18);
    for (const flag of flags) expect(stdout).toContain(`--${flag} <value>`);
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

describe('bad input', () => {
  const cases: readonly (readonly [name: string, error: RegExp, ...argv: string[]])[] = [
    [
      'an unknown preset',
      /^ConfigError: config: .*"canonica".*canonical, quick/,
      'run',
      'canonica',
    ],
    ['an unknown gate', /^ConfigError: gate: .*"relu"/, 'run', '--gate', 'relu'],
    ['an unknown expert', /^ConfigError: expert.*"cubic"/, 'run', '--expert', 'cubic'],
    [
      'a degree out of range',
      /^ConfigError: expert\.degree: .*got 7/,
      'run',
      '--expert',
      'hermite:7',
    ],
    ['a size that is no number', /^ConfigError: students: .*"many"/, 'run', '--students', 'many'],
    ['a number that is NaN', /^ConfigError: seed: .*"NaN"/, 'run', '--seed', 'NaN'],
    ['a negative seed', /^ConfigError: seed: .*got -1/, 'run', '--seed', '-1'],
    ['2k > d', /^ValueError: inputDim: .*got 9.*inputDim ≥ 10/, 'run', '--input-dim', '9'],
    [
      'an impossible overlap',
      /^ValueError: geometry\.overlap/,
      'run',
      '--geometry',
      'correlated:-0.5',
    ],
    [
      'an adaptive online run',
      /^ConfigError: train\.method/,
      'run',
      '--engine',
      'online',
      '--train-method',
      'dormandPrince',
    ],
    [
      'exact softmax routing',
      /^ConfigError: engine: needs a closed form.*softmax.*"exact".*Use engine 'subspace'/,
      'run',
      'softmax',
      '--engine',
      'exact',
    ],
    [
      'a degree for relu experts',
      /^ConfigError: expert\.degree: is not a field/,
      'run',
      '--expert',
      'relu:3',
    ],
    ['an unknown option', /^error: unknown option '--student'/, 'run', '--student', '5'],
    ['an unknown command', /^error: unknown command/, 'train'],
    ['an unknown command with --help', /^error: unknown command 'bogus'/, 'bogus', '--help'],
    ['help on an unknown command', /^error: unknown command 'bogus'/, 'help', 'bogus'],
    [
      'another option of a nested command',
      /^error: unknown option '--out'/,
      'sweep',
      'export',
      '.',
      '--out',
      'x',
    ],
    [
      'another option before a nested command',
      /^error: unknown option '--out'/,
      'sweep',
      '--out',
      'x',
      'export',
      '.',
    ],
    [
      'several mistakes',
      /^ConfigError: students: .*got -1.* The option is --students\.\nConfigError: seed: .*"x".* The option is --seed\.\nConfigError: train\.time: .* The option is --train-time\.\n$/,
      'run',
      '--seed',
      'x',
      '--train-time',
      '-1',
      '--students',
      '-1',
    ],
    [
      'fields that do not go together',
      /^ConfigError: train\.method: .* The option is --train-method\.\nConfigError: prune\.size: .* The option is --prune\.\n$/,
      ...[
        'run',
        'quick',
        '--engine',
        'online',
        '--train-method',
        'dormandPrince',
        '--prune',
        'size:99',
      ],
    ],
    ['a missing file', /^ConfigError: config: cannot be read/, 'run', 'nowhere.json'],
  ];
  const named = cases.map(([name, error, ...argv]) => ({ name, error, argv }));
  it.each(named)('$name is answered by a named error and exit code 2', async ({ error, argv }) => {
    const { code, stdout, stderr } = await softmoe(...argv);
    expect(stderr).toMatch(error);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it.each([
    ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16, as PowerShell writes it', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big-endian', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('a config and a sweep in %s are read', async (name, encode) => {
    const config = join(folder, `${name}.json`);
    await writeFile(config, encode(JSON.stringify({ inputDim: 24, teachers: 2, seed: -5 })));
    expect((await softmoe('run', config)).stderr).toMatch(/^ConfigError: seed: .*got -5/);
    await writeFile(config, encode(JSON.stringify({ base: 'quick', grid: { seed: [-5] } })));
    expect((await softmoe('sweep', config)).stderr).toMatch(/^SweepError: seed: .*got -5/);
  });

  it('a name of 20 MB is not repeated', async () => {
    const path = join(folder, 'long.json');
    const name = 'x'.repeat(20_000_000);
    await writeFile(path, JSON.stringify({ [name]: 1, gate: name, train: { [name]: name } }));
    const { code, stderr } = await softmoe('run', path);
    expect(code).toBe(2);
    expect(stderr.length).toBeLessThan(5000);
  });

  it('a folder is told by what it is, and its path is quoted where it has to be', async () => {
    const run = join(folder, 'a run');
    await softmoe(...small, '--out', run, '--quiet');
    const sweep = join(folder, "a sweep's");
    const definition = join(folder, 'one.json');
    const base = { inputDim: 24, teachers: 2, students: 8 };
    await writeFile(definition, JSON.stringify({ base, grid: { seed: [1] } }));
    await softmoe('sweep', definition, '--out', sweep, '--quiet');
    const quoted = `'${sweep.replace("'", "'\\''")}'`;
    for (const command of ['show', 'resume', 'export']) {
      const { code, stderr } = await softmoe(command, sweep);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is the folder of a sweep')]);
      expect(stderr).toContain(`See softmoe report ${quoted} or softmoe sweep export ${quoted}.`);
      const missing = await softmoe(command, join(folder, 'nowhere'));
      expect(missing.stderr).toMatch(/^RunFolderError: run: is not there .*Check the path/);
      expect((await softmoe(command, definition)).stderr).toMatch(/run: is a file/);
    }
    for (const words of [['sweep', 'export'], ['sweep']]) {
      const { code, stderr } = await softmoe(...words, run);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is the folder of a run')]);
      expect(stderr).toContain(`See softmoe show '${run}' or softmoe report '${run}'.`);
    }
    const merged = await softmoe('sweep', 'merge', join(folder, 'all'), run);
    expect(merged.stderr).toMatch(/folder: is the folder of a run/);
    const missing = await softmoe('sweep', 'export', join(folder, 'nowhere'));
    expect(missing.stderr).toMatch(/^SweepError: folder: is not there/);
    expect((await softmoe('run', sweep)).stderr).toMatch(/config: is the folder of a sweep/);
    expect((await softmoe('run', run)).stderr).toMatch(/config: is the folder of a run/);
    expect((await softmoe('report', join(folder, 'nowhere'))).stderr).toMatch(/is not there/);
    expect((await softmoe('runs', join(folder, 'nowhere'))).stderr).toMatch(/is not there/);
    const into = await softmoe('sweep', definition, '--out', run);
    expect(into.stderr).toMatch(/folder: is the folder of a run .*Choose another folder/);
  });

  it.each<[string, string, RegExp]>([
    ['not JSON', '{ "inputDim": 64', /^FormatError: .*\.json: is not JSON/],
    ['a field twice', '{ "seed": 1, "seed": 2 }', /^FormatError: .*\.json: has a key twice.*seed/],
    ['not an object', '[64]', /^ConfigError: config: must hold an object/],
    [
      'three mistakes',
      '{ "seed": -1, "sed": 2, "train": { "tme": 1 } }',
      /^ConfigError: seed: .*\nConfigError: train\.tme: is not a field.*\nConfigError: sed: is not a field.*\n$/,
    ],
    [
      'an unknown field',
      '{ "inputDims": 64 }',
      /^ConfigError: inputDims: is not a field.*inputDim/,
    ],
    ['a bad nested field', '{ "train": { "time": -1 } }', /^ConfigError: train\.time/],
    [
      'an unknown nested field',
      '{ "train": { "tme": 1 } }',
      /^ConfigError: train\.tme.*recordEvery/,
    ],
  ])('a config file with %s', async (name, content, error) => {
    const path = join(folder, `${name}.json`);
    await writeFile(path, content);
    const { code, stderr } = await softmoe('run', path);
    expect(stderr).toMatch(error);
    expect(code).toBe(2);
  });
});

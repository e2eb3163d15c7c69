import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { small, softmoe } from '../test/softmoe.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

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

  it('a file that describes something else is called what it is, with the command that takes it', async () => {
    const path = join(folder, 'a file.json');
    const told = async (content: object, command: string) => {
      await writeFile(path, JSON.stringify(content));
      const { code, stderr } = await softmoe(command, path);
      expect(code).toBe(2);
      return stderr;
    };
    const config = { inputDim: 24, teachers: 2, students: 8 };
    const sweep = { name: 'seeds', base: 'quick', grid: { seed: [1, 2] } };
    const sweeps = [sweep, { format: { name: 'softmoe-sweep', version: 1 }, ...sweep }];
    for (const one of [...sweeps, { base: config, list: [{ seed: 1 }] }]) {
      expect(await told(one, 'run')).toBe(
        `ConfigError: config: is a sweep, of many runs (got ${JSON.stringify(path)}). Do its runs with softmoe sweep '${path}'.\n`,
      );
    }
    const result = { config, certificate: {}, recovered: 2 };
    expect(await told(result, 'run')).toMatch(/is the result of a run .* Give the config\.json/);
    expect(await told(result, 'sweep')).toMatch(/SweepError: sweep: is the result of a single run/);
    expect(await told(config, 'sweep')).toBe(
      `SweepError: sweep: is the config of a single run (got ${JSON.stringify(path)}). Do it with softmoe run '${path}', or make it the base of a sweep as in softmoe sweep --example.\n`,
    );
    expect(await told({ gird: {} }, 'sweep')).toMatch(/gird/);
    expect(await told({ student: 3 }, 'run')).toMatch(/student: is not a field of a config/);
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
    for (const command of ['show', 'resume']) {
      const { code, stderr } = await softmoe(command, sweep);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is the folder of a sweep')]);
      expect(stderr).toContain(`See softmoe report ${quoted} or softmoe sweep export ${quoted}.`);
    }
    for (const command of ['show', 'resume', 'export']) {
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

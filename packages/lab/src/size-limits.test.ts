import { describe, expect, it } from 'vitest';
import { configWarnings } from './advice.ts';
import { type ConfigInput, parseConfig } from './config.ts';
import { createExperiment, restoreExperiment } from './experiment.ts';
import { runPipeline } from './pipeline.ts';
import { presetConfig, presetNames } from './presets.ts';
import { memoryOf, requireFits, SizeError } from './size-limits.ts';

const machine = { memory: 8e9 };
const refused = (input: ConfigInput) => {
  try {
    requireFits(parseConfig(input), machine);
  } catch (error) {
    expect(error).toBeInstanceOf(SizeError);
    return error as SizeError;
  }
  throw new Error('was not refused');
};
const quick = { inputDim: 64, teachers: 3, students: 15 };

describe('a config that does not fit the machine is refused before anything is allocated', () => {
  it.each<[string, ConfigInput, string, RegExp]>([
    ['a million students', { ...quick, students: 1e6 }, 'students', /TB of memory in learning/],
    ['100 000 students', { ...quick, students: 1e5 }, 'students', /GB of memory in learning/],
    ['many teachers', { inputDim: 5000, teachers: 900, students: 1000 }, 'teachers', /fine-tuning/],
    [
      'a large size',
      { inputDim: 5000, teachers: 3, students: 1500, prune: { rule: 'size', size: 1400 } },
      'prune.size',
      /fine-tuning/,
    ],
    ['many inputs', { ...quick, inputDim: 1e9 }, 'inputDim', /TB of memory/],
    [
      'a large batch',
      { ...quick, engine: 'subspace', train: { batchSize: 1e9 } },
      'train.batchSize',
      /learning/,
    ],
    [
      'a large sample',
      { ...quick, expert: { kind: 'relu' }, finetune: { sampleSize: 1e9 } },
      'finetune.sampleSize',
      /fine-tuning/,
    ],
  ])('%s, with the largest number that fits', (_name, input, field, problem) => {
    const error = refused(input);
    expect(error.field).toBe(field);
    expect(error.problem).toMatch(problem);
    expect(error.problem).toMatch(/and there are 8\.0 GB$/);
    const most = Number(/^Use at most (\d+)\.$/.exec(error.remedy)?.[1]);
    const set = (value: number) => {
      const [outer, inner] = field.split('.') as [string, string | undefined];
      const given = input as Record<string, object>;
      const changed = inner ? { ...given[outer], [inner]: value } : value;
      return parseConfig({ ...input, [outer]: changed });
    };
    expect(() => requireFits(set(most), machine)).not.toThrow();
    expect(() => requireFits(set(most + 1), machine)).toThrow(SizeError);
  });

  it('by the experiment, its snapshot and the pipeline alike', async () => {
    const config = { ...quick, students: 1e6 };
    expect(() => createExperiment(config, { machine })).toThrow(SizeError);
    await expect(runPipeline(config, { machine })).rejects.toThrow(SizeError);
    const snapshot = createExperiment(quick).snapshot();
    const grown = { ...snapshot, config: parseConfig(config) };
    expect(() => restoreExperiment(grown, { machine })).toThrow(SizeError);
  });

  it('but no batch that kernels draw in place', () => {
    const online = parseConfig({ engine: 'online', train: { batchSize: 1e7 } });
    expect(() => requireFits(online, machine)).toThrow(SizeError);
    expect(() => requireFits(online, machine, { fused: true })).not.toThrow();
  });

  it('even where nothing is known of the machine, if an array would be longer than any', () => {
    expect(() => requireFits(parseConfig({ ...quick, students: 1e5 }))).toThrow(
      /array of 4\.0e\+10 numbers in learning, and none is longer than 4294967296/,
    );
    expect(() => requireFits(parseConfig({ ...quick, students: 1e3 }))).not.toThrow();
  });

  it('and 40 teacher experts with 200 students fit a small one, as no matrix of their directions is formed', () => {
    const config = parseConfig({ inputDim: 1000, teachers: 40, students: 200 });
    for (const method of ['gradientDescent', 'levenbergMarquardt'] as const) {
      const finetune = { ...config.finetune, method };
      requireFits({ ...config, finetune }, { memory: 4e8 });
    }
  });

  it('and every preset fits a small one', () => {
    for (const name of presetNames) requireFits(presetConfig(name), { memory: 1e9 });
  });
});

it('fine-tuning of more units than expected is refused when it is known how many they are', async () => {
  const config = { ...quick, inputDim: 400, teachers: 2, students: 40, train: { time: 0.5 } };
  const small = { memory: memoryOf(parseConfig(config)) + 1e6 };
  const experiment = createExperiment(config, { machine: small });
  while (experiment.phase !== 'prune') await experiment.next();
  experiment.prune({ rule: 'size', size: 30 });
  const end = (async () => {
    for (let event = await experiment.next(); event; event = await experiment.next());
  })();
  await expect(end).rejects.toThrow(
    expect.objectContaining({
      name: 'SizeError',
      field: 'prune',
      remedy: expect.stringMatching(/size of at most \d+, by prune\.rule 'size'/),
    }),
  );
});

describe('a run of hours is told of before', () => {
  it('with its length and what takes it', () => {
    const warnings = configWarnings(parseConfig({ inputDim: 1000, teachers: 300, students: 310 }));
    expect(warnings).toEqual([{ kind: 'long-run', value: expect.any(Number), phase: 'finetune' }]);
    const online = configWarnings(
      parseConfig({ engine: 'online', inputDim: 1e5, train: { batchSize: 32_768 } }),
    );
    expect(online).toMatchObject([{ kind: 'long-run', phase: 'train' }]);
  });

  it('but no preset is one', () => {
    const long = presetNames.flatMap((name) => configWarnings(presetConfig(name)));
    expect(long.filter(({ kind }) => kind === 'long-run')).toEqual([]);
    expect(configWarnings(presetConfig('canonical', { engine: 'online' }))).toEqual([]);
  });
});

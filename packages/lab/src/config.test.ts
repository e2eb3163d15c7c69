import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { configWarnings } from './advice.ts';
import { type ConfigInput, configSchema, newConfig, parseConfig } from './config.ts';
import { ConfigError } from './errors.ts';
import { presetConfig, presetNames } from './presets.ts';

describe('parseConfig', () => {
  it('fills in the canonical experiment', () => {
    expect(parseConfig({})).toMatchObject({
      inputDim: 1000,
      teachers: 5,
      students: 25,
      gate: 'sigmoid',
      expert: { kind: 'hermite', degree: 3 },
      train: { flow: 'balanced', method: 'dormandPrince', time: 150 },
      prune: { rule: 'cliff' },
      finetune: { method: 'gradientDescent' },
    });
  });

  it('gives back a complete config unchanged', () => {
    for (const name of presetNames) {
      const config = presetConfig(name);
      expect(parseConfig(config)).toEqual(config);
      expect(parseConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
    }
  });

  it('chooses the method by the engine', () => {
    expect(parseConfig({ engine: 'online' }).train.method).toBe('euler');
    expect(parseConfig({ engine: 'exact', train: { method: 'euler' } }).train.method).toBe('euler');
  });

  it.each([
    [{}, 'exact', 'dormandPrince', 'balanced'],
    [{ expert: { kind: 'linear' } }, 'exact', 'dormandPrince', 'balanced'],
    [{ expert: { kind: 'relu' } }, 'subspace', 'adam', 'plain'],
    [{ engine: 'subspace' }, 'subspace', 'euler', 'balanced'],
    [{ routing: 'softmax' }, 'subspace', 'adam', 'plain'],
    [{ routing: 'softmax', engine: 'online' }, 'online', 'adam', 'plain'],
    [{ train: { method: 'adam' } }, 'exact', 'adam', 'plain'],
  ] as const)('completes %j by whether there is a closed form', (input, engine, method, flow) => {
    expect(parseConfig(input)).toMatchObject({ engine, train: { method, flow } });
  });

  it('draws all inputs where a config from before says nothing of sampling', () => {
    const before = { inputDim: 1000, engine: 'online', train: { batchSize: 64 } } as const;
    expect(parseConfig(before).train.sampling).toBe('inputs');
  });

  it('draws presets of online SGD in the span from d = 3r on, unless told how', () => {
    const samplingOf = (changes: ConfigInput) => presetConfig('canonical', changes).train.sampling;
    const online = { engine: 'online' } as const;
    expect(samplingOf(online)).toBe('span');
    expect(samplingOf({ ...online, inputDim: 180 })).toBe('span');
    expect(samplingOf({ ...online, inputDim: 179 })).toBe('inputs');
    expect(samplingOf({ ...online, train: { sampling: 'inputs' } })).toBe('inputs');
    expect(samplingOf({ ...online, inputDim: 20, train: { sampling: 'span' } })).toBe('span');
    expect(samplingOf({})).toBe('inputs');
    expect(samplingOf({ engine: 'subspace' })).toBe('inputs');
  });

  it('samples where routers are too long for a closed form', () => {
    expect(parseConfig({ routerNorm: 3 })).toMatchObject({ routerNorm: 3, engine: 'exact' });
    expect(parseConfig({ routerNorm: 50 })).toMatchObject({ engine: 'subspace' });
  });

  it('keeps what a config from before softmax routing says', () => {
    const before = {
      inputDim: 64,
      gate: 'probit',
      expert: { kind: 'series', coefficients: [0, 0, 0, 1] },
      initialAmplitude: 0.01,
      engine: 'online',
      train: { flow: 'balanced', method: 'euler', tolerance: 1e-4, step: 0.1, time: 20 },
    } as const;
    expect(parseConfig(before)).toMatchObject({ ...before, routing: 'independent' });
  });

  it.each([
    [{ inputDim: 0 }, 'inputDim', 0],
    [{ inputDim: 1.5 }, 'inputDim', 1.5],
    [{ students: Number.NaN }, 'students', Number.NaN],
    [{ initialAmplitude: Infinity }, 'initialAmplitude', Infinity],
    [{ gate: 'relu' }, 'gate', 'relu'],
    [{ routerNorm: 0 }, 'routerNorm', 0],
    [{ routerNorm: 2, routing: 'softmax' }, 'routerNorm', 2],
    [{ routerNorm: 2, gate: { name: 'own', parity: 'odd', exact: true } }, 'routerNorm', 2],
    [{ routerNorm: 50, engine: 'exact' }, 'engine', 'exact'],
    [{ expert: { kind: 'hermite', degree: 9 } }, 'expert.degree', 9],
    [{ geometry: { kind: 'correlated', overlap: 2 } }, 'geometry.overlap', 2],
    [{ prune: { rule: 'size' } }, 'prune.size', undefined],
    [{ train: { flow: 'steep' } }, 'train.flow', 'steep'],
    [{ engine: 'exact', train: { noise: 0.1 } }, 'train.noise', 0.1],
    [{ engine: 'exact', train: { sampling: 'span' } }, 'train.sampling', 'span'],
    [{ engine: 'subspace', train: { sampling: 'span' } }, 'train.sampling', 'span'],
    [{ engine: 'online', train: { sampling: 'half' } }, 'train.sampling', 'half'],
    [{ sead: 1 }, 'sead', 1],
    [{ routing: 'hard' }, 'routing', 'hard'],
    [{ engine: 'exact', routing: 'softmax' }, 'engine', 'exact'],
    [{ engine: 'exact', expert: { kind: 'gelu' } }, 'engine', 'exact'],
    [{ expert: { kind: 'relu', degree: 3 } }, 'expert.degree', 3],
    [{ routing: 'softmax', train: { flow: 'balanced' } }, 'train.flow', 'balanced'],
    [{ train: { method: 'adam', flow: 'balanced' } }, 'train.flow', 'balanced'],
    [{ engine: 'subspace', train: { method: 'dormandPrince' } }, 'train.method', 'dormandPrince'],
    [{ students: 9, prune: { rule: 'size', size: 10 } }, 'prune.size', 10],
    [{ prune: { rule: 'tolerance', tolerance: 2 } }, 'prune.tolerance', 2],
  ])('refuses %j and names the field', (input, field, value) => {
    const error = catchError(() => parseConfig(input));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ field, value });
    expect((error as ConfigError).remedy.length).toBeGreaterThan(10);
  });

  it.each([
    [{ gate: 'step' }, /^gate: .*expected one of "sigmoid"\|"probit"\|"tanh" \(got "step"\)/],
    [{ gate: { module: 5 } }, /^gate\.module: expected string, received number \(got 5\)/],
    [{ gate: { file: 'x.mjs' } }, /^gate\.file: is not a field of a config/],
    [{ expert: { kind: 'cubic' } }, /^expert\.kind: expected one of "hermite"\|"series"/],
  ])('says of %j what its field may hold', (input, told) => {
    expect(() => parseConfig(input)).toThrow(told);
  });

  it('answers anything at all with a config or a ConfigError', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        const error = catchError(() => parseConfig(input));
        if (error !== undefined) expect(error).toBeInstanceOf(ConfigError);
      }),
    );
  });
});

it('warns of fewer students than teacher experts only', () => {
  expect(configWarnings(parseConfig({ students: 5 }))).toEqual([]);
  expect(configWarnings(parseConfig({ students: 4 }))).toEqual([
    { kind: 'too-few-students', value: 4, teachers: 5 },
  ]);
});

it('warns of a fixed sample with fewer points than the teacher has parameters, where there is one', () => {
  const warningsOf = (sampleSize: number, changes: ConfigInput = {}) =>
    configWarnings(
      parseConfig({
        inputDim: 6,
        teachers: 2,
        routing: 'softmax',
        finetune: { sampleSize },
        ...changes,
      }),
    );
  // 2 routers of 6 numbers and 2 experts on spheres, 2 amplitudes and 2 biases, less 7 translations: 12 + 10 + 4 − 7.
  expect(warningsOf(19)).toEqual([]);
  expect(warningsOf(18)).toEqual([{ kind: 'small-sample', value: 18, needed: 19, teachers: 2 }]);
  // All rows on spheres, in the span of both models: 2·2·7 + 2.
  const relu: ConfigInput = { inputDim: 100, routing: 'independent', expert: { kind: 'relu' } };
  expect(warningsOf(30, relu)).toEqual([]);
  expect(warningsOf(29, relu)[0]).toMatchObject({ value: 29, needed: 30 });
  expect(warningsOf(1, { routing: 'independent' })).toEqual([]);
});

it('changes the fields of a preset that are given, and no others', () => {
  const config = presetConfig('quick', {
    seed: 7,
    students: undefined,
    train: { time: 20 },
  } as never);
  expect(config).toMatchObject({ inputDim: 64, students: 15, seed: 7, train: { time: 20 } });
  for (const train of [{ step: 1 }, { time: undefined }] as never[]) {
    expect(presetConfig('story', { train }).train.time).toBe(presetConfig('story').train.time);
  }
});

it('names the presets when asked for another', () => {
  expect(() => presetConfig('canonicle')).toThrow(/canonical, quick/);
});

function catchError(f: () => unknown): unknown {
  try {
    f();
    return undefined;
  } catch (error) {
    return error;
  }
}

it('the words of a bad config are those of zod, without its categories', () => {
  const inputs: readonly unknown[] = [
    ...[3, null, [], 'x', Number.NaN],
    { inputDim: 0 },
    { inputDim: 1.5 },
    { seed: 2 ** 60 },
    { students: 'many' },
    { students: Infinity },
    { expert: { kind: 'series', coefficients: [] } },
    { expert: { kind: 'hermite', degree: 99 } },
    { prune: { rule: 'tolerance', tolerance: -1 } },
    { train: { tolerance: 0 } },
    { geometry: { kind: 'correlated', overlap: 1 } },
  ];
  for (const input of inputs) {
    const [issue] = configSchema.safeParse(input).error!.issues;
    const words = issue!.message.replace(/^(Invalid input|Too (small|big)): /, '');
    expect(catchError(() => parseConfig(input))).toMatchObject({ problem: words });
  }
});

describe('the variant of the exact loss', () => {
  it('is the fastest for new configs, unless they say which or have no closed form', () => {
    expect(presetConfig('quick').variant).toBe('float64-simd');
    expect(presetConfig('quick', { variant: 'float64' }).variant).toBe('float64');
    expect(newConfig({}).variant).toBe('float64-simd');
    for (const name of ['softmax', 'relu'])
      expect(presetConfig(name)).not.toHaveProperty('variant');
  });

  it('is float64 for new configs where there is no SIMD', () => {
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    try {
      expect(newConfig({}).variant).toBe('float64');
    } finally {
      validate.mockRestore();
    }
  });

  it('is not put into a config that was written without one', () => {
    expect(parseConfig({ inputDim: 64 })).not.toHaveProperty('variant');
    expect(() => parseConfig({ variant: 'float32' })).toThrow(
      /^variant: .*float64, float64-simd|"float64"/,
    );
  });
});

import { UnknownNameError } from '@softmoe/model';
import { type Config, type ConfigInput, newConfig } from './config.ts';

/** What a preset is for, in a line, and what it says of a config. */
export interface Preset {
  readonly about: string;
  readonly config: ConfigInput;
}

const experiments = {
  canonical: {
    about: "the experiment of the paper's figure: d = 1000, 5 teacher experts, 25 students",
    config: { inputDim: 1000, teachers: 5, students: 25 },
  },
  quick: {
    about: 'the same story in a fraction of a second: d = 64, 3 teacher experts, 15 students',
    config: { inputDim: 64, teachers: 3, students: 15 },
  },
  story: {
    about: 'made to be watched: d = 256, 4 teacher experts, 16 students, a record at every step',
    config: {
      inputDim: 256,
      teachers: 4,
      students: 16,
      seed: 1,
      train: { method: 'bogackiShampine', time: 80, tolerance: 2e-5, recordEvery: 0.05 },
    },
  },
  'too-few': {
    about: '3 students for 5 teacher experts: fails to recover, and says why',
    config: { inputDim: 64, teachers: 5, students: 3, seed: 2 },
  },
  duplicates: {
    about: '36 students for 3 teacher experts: a dozen copies of each, which pruning merges',
    config: { inputDim: 64, teachers: 3, students: 36 },
  },
  correlated: {
    about: 'teacher experts that overlap by 0.3: harder to tell apart',
    config: {
      inputDim: 128,
      teachers: 4,
      students: 20,
      geometry: { kind: 'correlated', overlap: 0.3 },
    },
  },
  softmax: {
    about: 'gates that compete: d = 16, 2 teacher experts, 8 students, Adam on fresh samples',
    config: { inputDim: 16, teachers: 2, students: 8, routing: 'softmax', train: { time: 20 } },
  },
  relu: {
    about: 'experts without a closed form: d = 64, 3 teacher experts, 15 students, sampled',
    config: {
      inputDim: 64,
      teachers: 3,
      students: 15,
      expert: { kind: 'relu' },
      train: { time: 20 },
    },
  },
  tanh: {
    about: 'a gate without a mean: the experts have no head start',
    config: { inputDim: 64, teachers: 3, students: 15, gate: 'tanh' },
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** Names of the presets. */
export type PresetName = keyof typeof experiments;

/** Experiments by name, and what each is for. */
export const presets: Readonly<Record<PresetName, Preset>> = experiments;

/** All names of presets, in the order in which they are listed. */
export const presetNames: readonly PresetName[] = Object.keys(presets) as PresetName[];

/**
 * What a preset says of an experiment on a teacher of `teachers` experts of the user's own: how to train, and as many students for
 * each teacher expert as the preset has.
 */
export function presetAround(name: PresetName, teachers: number): ConfigInput {
  const preset: ConfigInput = presets[name].config;
  const { inputDim, geometry, routing, gate, expert, teachers: drawn, students, ...rest } = preset;
  return {
    ...rest,
    students: Math.max(1, Math.round(((students ?? 25) / (drawn ?? 5)) * teachers)),
  };
}

/** From this many times r on, sampling in the span is faster by far. */
const WORTH = 3;

/**
 * `config` with batches drawn in the span, docs/theory.md (54), where it trains by online SGD in d ≥ 3r dimensions, r = 2(m + k);
 * as it is elsewhere. It is for new runs: what is equal in law has other bits.
 */
export function withSpanSampling(config: Config): Config {
  const { engine, inputDim, students, teachers, train } = config;
  if (engine !== 'online' || inputDim < WORTH * 2 * (students + teachers)) return config;
  return { ...config, train: { ...train, sampling: 'span' } };
}

/**
 * The complete config of a preset, with `changes` on top. Online SGD in many dimensions is drawn in the span unless the
 * changes say how. Throws {@link UnknownNameError} or `ConfigError`.
 */
export function presetConfig(name: string, changes: ConfigInput = {}): Config {
  if (!Object.hasOwn(presets, name)) {
    throw new UnknownNameError('is not a preset', {
      field: 'preset',
      value: name,
      remedy: `Use one of ${presetNames.join(', ')}, or the path of a config file.`,
    });
  }
  const preset: ConfigInput = presets[name as PresetName].config;
  const train = { ...preset.train, ...given(changes.train) };
  const config = newConfig({
    ...preset,
    ...given(changes),
    train,
    finetune: { ...preset.finetune, ...given(changes.finetune) },
  });
  return 'sampling' in train ? config : withSpanSampling(config);
}

/** The fields of `changes` that are set. */
function given(changes: object = {}): object {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

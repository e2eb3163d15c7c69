import { UnknownNameError } from '@softmoe/model';
import { type Config, type ConfigInput, parseConfig } from './config.ts';

/** Experiments by name, and what each is for. */
export const presets = {
  canonical: {
    about: "the experiment of the paper's figure: d = 1000, 5 teacher experts, 25 students",
    config: { inputDim: 1000, teachers: 5, students: 25 },
  },
  quick: {
    about: 'the same story in a fraction of a second: d = 64, 3 teacher experts, 15 students',
    config: { inputDim: 64, teachers: 3, students: 15 },
  },
} as const satisfies Readonly<Record<string, { about: string; config: ConfigInput }>>;

export type PresetName = keyof typeof presets;

export const presetNames: readonly PresetName[] = Object.keys(presets) as PresetName[];

/** The complete config of a preset, with `changes` on top. Throws {@link UnknownNameError} or `ConfigError`. */
export function presetConfig(name: string, changes: ConfigInput = {}): Config {
  if (!Object.hasOwn(presets, name)) {
    throw new UnknownNameError('is not a preset', {
      field: 'preset',
      value: name,
      remedy: `Use one of ${presetNames.join(', ')}, or the path of a config file.`,
    });
  }
  return parseConfig({ ...presets[name as PresetName].config, ...changes });
}

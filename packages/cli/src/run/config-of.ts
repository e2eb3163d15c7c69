import { dirname } from 'node:path';
import {
  type Config,
  type ConfigInput,
  configWithTeacher,
  newConfig,
  type PresetName,
  parseConfig,
  presetAround,
  withSpanSampling,
} from '@softmoe/lab';
import {
  type ConfigWithModules,
  type ConfigWithTeacher,
  readConfigModules,
  readConfigTeacher,
  readTeacher,
} from '@softmoe/runs';
import { withOptions } from './config-options.ts';
import { isPreset, readConfig } from './read-config.ts';

/** The config of a run, and the teacher, gate and expert of the user's own that it names, if it does. */
interface RunConfig extends Omit<ConfigWithTeacher & ConfigWithModules, 'config'> {
  readonly config: Config;
}

/**
 * The config that a preset or a file and options describe. A preset's run is pinned to the fastest variant, and its online SGD in many
 * dimensions drawn in the span, unless options say how; a file's as it says.
 */
export async function configOf(
  source: string,
  options: Readonly<Record<string, unknown>>,
): Promise<RunConfig> {
  const fields = await readConfig(source);
  const written = withOptions(fields, options) as ConfigInput;
  // A path in a file is from where the file is; one on the command line from the working directory.
  const folderOf = (name: string) =>
    isPreset(source) || options[name] !== undefined ? '.' : dirname(source);
  const parts = await readConfigModules(written, folderOf);
  const { config: input, own: units } = parts;
  if (!isPreset(source)) {
    const { config, ...own } = await readConfigTeacher(input, folderOf('teacher'), units);
    return { ...parts, config: parseConfig(config), ...own };
  }
  if (input.teacher === undefined) return { ...parts, config: newRun(input) };
  const own = await readTeacher(input.teacher.file, input, '.', units);
  const around = withOptions(presetAround(source as PresetName, own.teacher.spec.experts), options);
  const { gate, expert } = input;
  const kind = { ...(units.gate ? { gate } : {}), ...(units.expert ? { expert } : {}) };
  const config = newRun(configWithTeacher(own.teacher, { ...around, ...kind } as ConfigInput));
  return { ...parts, config, ...own };
}

function newRun(input: ConfigInput): Config {
  const config = newConfig(input);
  return input.train?.sampling === undefined ? withSpanSampling(config) : config;
}

import {
  type Config,
  type ConfigInput,
  createExperiment,
  newConfig,
  parseConfig,
  presets,
  withSpanSampling,
} from '@softmoe/lab';
import { createRunFolder, thisMachine } from '@softmoe/runs';
import { Command } from 'commander';
import { type BackendName, backendOption, openBackend } from '../backend.ts';
import type { ExitCode } from '../exit-codes.ts';
import { addConfigOptions, withOptions } from '../run/config-options.ts';
import { type ExecuteOptions, execute, executeOptions } from '../run/execute.ts';
import { isPreset, readConfig } from '../run/read-config.ts';
import type { Streams } from '../streams.ts';

interface RunOptions extends ExecuteOptions {
  readonly out?: string;
  readonly backend?: BackendName;
  readonly [field: string]: unknown;
}

/** `softmoe run [preset|config.json]`. */
export function runCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  const command = new Command('run')
    .summary('learn, prune and fine-tune one student')
    .description(
      'Trains an over-parameterised student mixture of experts on a teacher, prunes it and fine-tunes it, ' +
        "and tells what happened. The student never sees the teacher's parameters or how many experts it has.",
    )
    .argument('[config]', 'a preset or the path of a config.json', 'canonical')
    .option('--out <folder>', 'keep the run in a new folder: config, records, models, result');
  for (const option of [backendOption(), ...executeOptions()]) command.addOption(option);
  addConfigOptions(command);
  command.addHelpText('after', () => help);
  command.action(async (source: string, options: RunOptions) => {
    const fields = withOptions(await readConfig(source), options);
    const config = configOf(source, fields);
    const backend = await openBackend(config, options.backend);
    const experiment = createExperiment(config, { backend, machine: thisMachine() });
    const { out } = options;
    const folder =
      out === undefined ? undefined : await createRunFolder(out, experiment.snapshot());
    try {
      setExitCode(await execute(experiment, folder, options, streams));
      backend.dispose();
    } finally {
      await folder?.close();
    }
  });
  return command;
}

/** A preset's run is pinned to the fastest variant, and its online SGD in many dimensions drawn in the span, unless options say how; a file's as it says. */
function configOf(source: string, fields: Readonly<Record<string, unknown>>): Config {
  if (!isPreset(source)) return parseConfig(fields);
  const config = newConfig(fields as ConfigInput);
  return (fields as ConfigInput).train?.sampling === undefined ? withSpanSampling(config) : config;
}

const help = `
Presets:
${Object.entries(presets)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join('\n')}

Examples:
  softmoe run                                  the canonical experiment
  softmoe run quick --seed 7 --out runs/seven  a small one, kept in a folder
  softmoe run quick --geometry correlated:0.3  a teacher whose experts overlap
  softmoe run quick --students 2 --teachers 3  too few students: see what it says
  softmoe run runs/seven/config.json --json    the same again, for a script
  softmoe resume runs/seven                    go on after Ctrl-C or a crash

Exit codes:
  0 all teacher experts recovered and certified, 3 not all or not certified,
  2 a bad config, option or file: nothing was run, 4 the run could not go on,
  130 stopped by Ctrl-C, 143 by SIGTERM, 1 anything unexpected
`;

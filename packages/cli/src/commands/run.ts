import { warningWords } from '@softmoe/figures/words';
import { createExperiment, presets } from '@softmoe/lab';
import { createRunFolder, thisMachine } from '@softmoe/runs';
import { gitState } from '@softmoe/tasks';
import { Command } from 'commander';
import { type BackendName, backendOption, openBackend } from '../backend.ts';
import type { ExitCode } from '../exit-codes.ts';
import { repeated } from '../options.ts';
import { aboutOf } from '../run/about.ts';
import { configOf } from '../run/config-of.ts';
import { addConfigOptions } from '../run/config-options.ts';
import { addDataOptions, dataConfigOf } from '../run/data-options.ts';
import { type ExecuteOptions, execute, executeOptions } from '../run/execute.ts';
import { executeData } from '../run/run-data.ts';
import type { Streams } from '../streams.ts';

interface RunOptions extends ExecuteOptions {
  readonly out?: string;
  readonly tag?: readonly string[];
  readonly note?: string;
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
    .option('--out <folder>', 'keep the run in a new folder: config, records, models, result')
    .addOption(
      repeated(
        '--tag <name>',
        'a tag of a run that is kept, for softmoe runs --tag; may be repeated',
      ),
    )
    .option('--note <text>', 'a note on a run that is kept');
  for (const option of [backendOption(), ...executeOptions()]) command.addOption(option);
  addConfigOptions(command);
  addDataOptions(command);
  command.addHelpText('after', () => help);
  command.action(async (source: string, options: RunOptions) => {
    const { out, tag, note } = options;
    if (out === undefined && (tag ?? note) !== undefined) {
      command.error(
        `error: option '--${tag ? 'tag' : 'note'}' needs --out: it is kept with the run`,
      );
    }
    const table = await dataConfigOf(command.args[0], options);
    if (table) return setExitCode(await executeData(table, options, streams));
    const { config, teacher, own, modules, warnings = [] } = await configOf(source, options);
    for (const warning of warnings) streams.stderr.write(`warning: ${warningWords(warning)}\n`);
    const backend = await openBackend(config, options.backend);
    const given = { ...own, ...(teacher ? { teacher } : {}) };
    const experiment = createExperiment(config, { backend, machine: thisMachine(), ...given });
    const git = await gitState();
    const about = aboutOf({ tag, note }, git);
    const start = experiment.snapshot();
    const folder =
      out === undefined ? undefined : await createRunFolder(out, start, modules, about);
    try {
      setExitCode(await execute(experiment, folder, { ...options, git }, streams));
      backend.dispose();
    } finally {
      await folder?.close();
    }
  });
  return command;
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
  softmoe run --teacher mine.npz               on a teacher of your own, of NumPy arrays or a model
  softmoe run quick --gate ./arctan.mjs        a gate of your own: code, which runs with your rights
  softmoe run --data x.csv --target y --out runs/x   on a table: no teacher, errors on test rows
  softmoe run quick --students 2 --teachers 3  too few students: see what it says
  softmoe run runs/seven/config.json --json    the same again, for a script
  softmoe resume runs/seven                    go on after Ctrl-C or a crash

Exit codes:
  0 all teacher experts recovered and certified, 3 not all or not certified,
  2 a bad config, option or file: nothing was run, 4 the run could not go on,
  130 stopped by Ctrl-C, 143 by SIGTERM, 1 anything unexpected
`;
